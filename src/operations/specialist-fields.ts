import { z } from 'zod';
import { RETRIEVAL_MODES, type RetrievalSettings } from '../core/retrieval/settings.js';
import type { Services } from '../services/services.js';
import type { SpecialistUse } from '../services/specialists/specialist-service.js';

/** Input: a specialist's name. */
export const specialistName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores')
  .describe('Name of the specialist.');

/** Input: settings of retrieval, each of which may be left out. */
export const settingsFields = {
  mode: z.enum(RETRIEVAL_MODES).optional().describe('hybrid, vector (meaning only) or keyword (BM25 only).'),
  blend: z.enum(['convex', 'rrf']).optional().describe('Hybrid by weighted scores (convex) or ranks (rrf).'),
  alpha: z.number().min(0).max(1).optional().describe('Weight of meaning in a convex blend, 0 to 1.'),
  rankConstant: z.number().int().min(1).max(1000).optional().describe('Rank constant (k) of rrf blends.'),
  candidates: z.number().int().min(10).max(1000).optional().describe('Chunks that each leg nominates, 10 to 1000.'),
  rerank: z.boolean().optional().describe('Reorder the best results with the configured reranker.'),
  diversity: z.number().min(0).max(1).optional().describe('0 ranks by relevance alone; towards 1 avoids repetition.'),
  rerankDepth: z.number().int().min(1).max(200).optional().describe('How many of the best are reranked; usually 20.'),
  headings: z.number().min(0).max(10).optional().describe('What words in the nearest heading add, times the usual.'),
  kinds: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .describe('How far tests and release notes stand back: 1 as usual, 0 not at all.'),
};

type SettingsInput = { readonly [K in keyof RetrievalSettings]?: RetrievalSettings[K] | undefined };

/** The settings among an operation's input: those that are given. */
export function settingsOf(input: SettingsInput): Partial<RetrievalSettings> {
  const { mode, blend, alpha, rankConstant, candidates, rerank, diversity, rerankDepth, headings, kinds } = input;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(blend === undefined ? {} : { blend }),
    ...(alpha === undefined ? {} : { alpha }),
    ...(rankConstant === undefined ? {} : { rankConstant }),
    ...(candidates === undefined ? {} : { candidates }),
    ...(rerank === undefined ? {} : { rerank }),
    ...(diversity === undefined ? {} : { diversity }),
    ...(rerankDepth === undefined ? {} : { rerankDepth }),
    ...(headings === undefined ? {} : { headings }),
    ...(kinds === undefined ? {} : { kinds }),
  };
}

/**
 * The specialist that the caller names, if any.
 * @throws QuarryError SPECIALIST_NOT_FOUND, INPUT_INVALID for a collection that it may not read
 */
export async function useSpecialist(
  services: Services,
  input: { readonly specialist?: string | undefined; readonly collections?: readonly string[] },
): Promise<SpecialistUse | undefined> {
  if (input.specialist === undefined) return undefined;
  return (await services.specialists()).registry.use(input.specialist, input.collections);
}
