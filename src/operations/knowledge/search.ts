import { z } from 'zod';
import { RETRIEVAL_MODES } from '../../core/retrieval/settings.js';
import { CONTEXT_KINDS, type SearchAnswer } from '../../services/search.js';
import { defineOperation } from '../define.js';
import { searchHitShape, toHitShape } from '../hit-shape.js';
import { renderHits } from '../render-hits.js';
import {
  collectionNames,
  cursor,
  filterOf,
  searchFilterFields,
  tokenCount,
  toUnavailableShape,
  unavailableShape,
} from '../shapes.js';

export const search = defineOperation({
  name: 'search',
  summary: 'Search the knowledge',
  description:
    'Finds the passages that answer a question or hold the given words, by meaning and keywords at once, the best of each document first. Type a question, identifier, version, error text or file name; "exact words" in quotes must stand so, -word must not. The text shows the best lines and a line for each other result; data has every passage whole. Take the chk_ ids to fetch and verify_citation.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/search' },
  takesTurn: true,
  cli: { command: ['search'], positional: ['query'] },
  input: z.strictObject({
    query: z
      .string()
      .min(1)
      .max(4000)
      .describe('What you want to know: a question, words, an identifier, an error message.'),
    collections: collectionNames,
    limit: z.number().int().min(1).max(100).default(10).describe('How many results, 1 to 100; default 10.'),
    mode: z
      .enum(RETRIEVAL_MODES)
      .default('hybrid')
      .describe('hybrid (default), vector (meaning only) or keyword (BM25 only).'),
    blend: z
      .enum(['convex', 'rrf'])
      .default('convex')
      .describe('How hybrid mixes the two: weighted scores (convex, default) or ranks (rrf).'),
    alpha: z.number().min(0).max(1).optional().describe('Weight of meaning in a convex blend, 0 to 1.'),
    rerank: z.boolean().default(false).describe('Judge the best results again with the configured cross-encoder.'),
    diversity: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('0 (default) ranks by relevance alone; towards 1 avoids near-repetitions.'),
    context: z
      .enum(CONTEXT_KINDS)
      .default('none')
      .describe('What to read around each result: none (default), neighbours, or the whole section.'),
    ...searchFilterFields,
    maxTokens: tokenCount
      .optional()
      .describe('Shows passages whole, within so many tokens, 100 to 20000; default: the best lines, in 1000.'),
    cursor,
  }),
  output: z.object({
    results: z.array(searchHitShape),
    nextCursor: z.string().nullable(),
    truncated: z.boolean(),
    hint: z.string().nullable(),
    relevance: z.number().nullable(),
    relevanceNote: z.string().nullable(),
    unavailable: unavailableShape,
  }),
  errors: [
    'INPUT_INVALID',
    'COLLECTION_NOT_FOUND',
    'CURSOR_INVALID',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'EMBEDDING_FAILED',
    'STORE_BROKEN',
  ],
  quoted: ['results.text', 'results.context.text', 'results.excerpts.text'],
  examples: [
    { query: 'how do I cite a passage' },
    { query: 'getUserName', mode: 'keyword', limit: 3 },
    { query: 'anything', context: 'section', maxTokens: 500 },
  ],
  async run({ services, signal }, input) {
    const { query, collections, limit, mode, blend, alpha, rerank, diversity, context, maxTokens: budget } = input;
    const answer = await services.search.search({
      query,
      collections,
      limit,
      context,
      maxTokens: budget,
      cursor: input.cursor,
      signal,
      filter: filterOf(input),
      settings: { mode, blend, rerank, diversity, ...(alpha === undefined ? {} : { alpha }) },
    });
    return {
      results: answer.hits.map(toHitShape),
      nextCursor: answer.nextCursor,
      truncated: answer.truncated,
      hint: answer.hint,
      ...relevanceOf(answer.relevance),
      unavailable: toUnavailableShape(answer.unavailable),
    };
  },
  render(output) {
    const { relevance, relevanceNote, results } = output;
    const doubt = relevance !== null && relevanceNote !== null && results.length > 0 ? `${relevanceNote}\n\n` : '';
    return doubt + renderHits(output);
  },
});

/** The chance of a list and a note: that it most likely answers nothing, or why nobody knows. */
function relevanceOf({ chance, isDoubtful, reason }: SearchAnswer['relevance']) {
  if (chance === null) return { relevance: null, relevanceNote: reason };
  const relevance = Math.round(chance * 1000) / 1000;
  const degree = relevance < 0.5 ? 'Probably' : 'Perhaps';
  const doubt = `${degree} nothing relevant (relevance ${relevance.toFixed(2)}): the results below are only the nearest there are.`;
  return { relevance, relevanceNote: isDoubtful ? doubt : null };
}
