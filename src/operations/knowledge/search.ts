import { z } from 'zod';
import { RETRIEVAL_MODES } from '../../core/retrieval/settings.js';
import { CONTEXT_KINDS, type SearchAnswer } from '../../services/search.js';
import type { Services } from '../../services/services.js';
import type { TestedRival } from '../../services/specialists/live-test-service.js';
import type { SpecialistUse } from '../../services/specialists/specialist-service.js';
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
import { settingsOf, useSpecialist } from '../specialist-fields.js';

const searchInput = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(4000)
    .describe('What you want to know: a question, words, an identifier, an error message.'),
  collections: collectionNames,
  limit: z.number().int().min(1).max(100).default(10).describe('How many results.'),
  specialist: z.string().min(1).max(64).optional().describe('Search as this specialist does.'),
  mode: z.enum(RETRIEVAL_MODES).optional().describe('hybrid (default), vector or keyword (BM25).'),
  blend: z.enum(['convex', 'rrf']).optional().describe('Hybrid by scores (convex) or ranks (rrf).'),
  alpha: z.number().min(0).max(1).optional().describe('Weight of meaning in a convex blend.'),
  rerank: z.boolean().optional().describe('Reorder the best with the configured reranker.'),
  diversity: z.number().min(0).max(1).optional().describe('0: relevance alone; towards 1: less repetition.'),
  context: z.enum(CONTEXT_KINDS).default('none').describe('What to read around each result.'),
  ...searchFilterFields,
  maxTokens: tokenCount.optional().describe('Whole passages within so many tokens; default: the best lines, in 1000.'),
  cursor,
});

export const search = defineOperation({
  name: 'search',
  summary: 'Search the knowledge',
  description:
    'Finds the passages that answer a question or hold the given words, by meaning and keywords at once, the best of each document first. Type a question, identifier, version, error text or file name; "exact words" must stand so, -word must not. The text shows the best lines, data whole passages; fetch and verify_citation take the chk_ ids.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/search' },
  takesTurn: true,
  cli: { command: ['search'], positional: ['query'] },
  input: searchInput,
  output: z.object({
    results: z.array(searchHitShape),
    nextCursor: z.string().nullable(),
    truncated: z.boolean(),
    hint: z.string().nullable(),
    relevance: z.number().nullable(),
    relevanceNote: z.string().nullable(),
    instructions: z.string(),
    unavailable: unavailableShape,
  }),
  errors: [
    'INPUT_INVALID',
    'COLLECTION_NOT_FOUND',
    'SPECIALIST_NOT_FOUND',
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
    const { query, collections, limit, context, maxTokens: budget } = input;
    const specialist = await useSpecialist(services, input);
    const rival = specialist && (await rivalOf(services, input, specialist));
    const answer = await services.search.search({
      query,
      collections,
      limit,
      context,
      maxTokens: budget,
      cursor: input.cursor,
      signal,
      specialist,
      rival,
      filter: filterOf(input),
      settings: settingsOf(input),
    });
    const shown = input.cursor === undefined ? await remember(services, input, { ...answer, rival }) : answer.hits;
    return {
      results: shown.map(toHitShape),
      nextCursor: answer.nextCursor,
      truncated: answer.truncated,
      hint: answer.hint,
      ...relevanceOf(answer.relevance),
      // Told once, with the first page.
      instructions: input.cursor === undefined ? (specialist?.specialist.instructions ?? '') : '',
      unavailable: toUnavailableShape(answer.unavailable),
    };
  },
  render(output) {
    const { relevance, relevanceNote, results, instructions } = output;
    const doubt = relevance !== null && relevanceNote !== null && results.length > 0 ? `${relevanceNote}\n\n` : '';
    return instructionsText(instructions) + doubt + renderHits(output);
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

/** With what a first page is interleaved while a live test of the specialist runs; who sets something gets that alone. */
async function rivalOf(
  services: Services,
  input: z.output<typeof searchInput>,
  specialist: SpecialistUse,
): Promise<TestedRival | undefined> {
  if (input.cursor !== undefined || Object.keys(settingsOf(input)).length > 0) return undefined;
  return (await services.specialists()).liveTests.rivalOf(specialist);
}

/** The results in the order to show them; remembered, where the query log is opted in. */
async function remember(
  services: Services,
  { query, specialist = '' }: z.output<typeof searchInput>,
  { hits, teams, relevance, rival }: SearchAnswer & { readonly rival: TestedRival | undefined },
): Promise<SearchAnswer['hits']> {
  if (services.context.config.queryLog === 'off') return hits;
  const { feedback } = await services.specialists();
  const draft = rival === undefined ? null : { test: rival.test, teams: [...teams] };
  return feedback.noteShown({ query, specialist, hits, relevance, draft });
}

const LONGEST_INSTRUCTIONS = 300;

function instructionsText(instructions: string): string {
  if (instructions === '') return '';
  const isLong = instructions.length > LONGEST_INSTRUCTIONS;
  return `For you: ${isLong ? `${instructions.slice(0, LONGEST_INSTRUCTIONS).trimEnd()}…` : instructions}\n\n`;
}
