import { z } from 'zod';
import { defineOperation } from '../define.js';
import { hitShape, toHitShape } from '../hit-shape.js';
import { renderHits } from '../render-hits.js';
import { collectionNames, filterOf, searchFilterFields, toUnavailableShape, unavailableShape } from '../shapes.js';

export const findSimilar = defineOperation({
  name: 'find_similar',
  summary: 'Find similar passages',
  description:
    'Finds passages that mean the same as a search result, document or text: duplicates, variants. The document itself is left out.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/similar' },
  maxInputBytes: 128 * 1024,
  takesTurn: true,
  cli: { command: ['similar'], positional: ['id'] },
  input: z.strictObject({
    id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Id of a search result, a document or a note. Give this or text.'),
    text: z.string().min(1).max(20_000).optional().describe('A passage to compare with. Give this or id.'),
    collections: collectionNames,
    limit: z.number().int().min(1).max(100).default(8).describe('How many results; default 8.'),
    ...searchFilterFields,
  }),
  output: z.object({
    results: z.array(hitShape),
    nextCursor: z.string().nullable(),
    hint: z.string().nullable(),
    unavailable: unavailableShape,
  }),
  errors: [
    'INPUT_INVALID',
    'CHUNK_NOT_FOUND',
    'COLLECTION_NOT_FOUND',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'EMBEDDING_FAILED',
    'STORE_BROKEN',
  ],
  quoted: ['results.text', 'results.context.text'],
  examples: [{ text: 'citations that can be verified', limit: 2 }],
  async run({ services }, input) {
    const { id, text, collections, limit } = input;
    const answer = await services.search.findSimilar({ id, text, collections, limit, filter: filterOf(input) });
    const unavailable = toUnavailableShape(answer.unavailable);
    return { results: answer.hits.map(toHitShape), nextCursor: answer.nextCursor, hint: answer.hint, unavailable };
  },
  render: (output) => renderHits({ ...output, results: output.results.map((hit) => ({ ...hit, excerpts: [] })) }),
});
