import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { LOSS_KINDS } from '../../core/types.js';
import { defineOperation } from '../define.js';
import {
  collectionNames,
  cursor,
  documentLine,
  documentShape,
  filterFields,
  filterOf,
  pageLimit,
  pageLine,
  toDocumentShape,
  toUnavailableShape,
  unavailableLines,
  unavailableShape,
} from '../shapes.js';

export const listDocuments = defineOperation({
  name: 'list_documents',
  summary: 'List documents',
  description: 'Lists the ingested documents by url. search finds answers.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'GET', path: '/documents' },
  takesTurn: true,
  cli: { command: ['documents'] },
  input: z.strictObject({
    collections: collectionNames,
    sourceIds: z.array(z.string().min(1).max(100)).max(100).optional().describe('Only documents of these sources.'),
    losses: z
      .array(z.enum(['any', ...LOSS_KINDS]))
      .max(9)
      .optional()
      .describe('Only documents whose text lacks any of these.'),
    ...filterFields,
    limit: pageLimit,
    cursor,
  }),
  output: z.object({
    documents: z.array(documentShape),
    total: z.number(),
    nextCursor: z.string().nullable(),
    hint: z.string().nullable(),
    unavailable: unavailableShape,
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'CURSOR_INVALID', 'STORE_BROKEN'],
  examples: [{}, { tags: ['example'], limit: 1 }],
  async run({ services }, input) {
    const losses = LOSS_KINDS.filter((kind) => input.losses?.some((asked) => asked === 'any' || asked === kind));
    const filter = { ...filterOf(input), sourceIds: input.sourceIds, losses };
    const binding = ['documents', input.collections, filter];
    const offset = decodeCursor(input.cursor, binding);
    const page = await services.documents.list(input.collections, filter, { offset, limit: input.limit });
    const next = offset + page.items.length;
    return {
      documents: page.items.map(toDocumentShape),
      total: page.total,
      nextCursor: page.items.length > 0 && next < page.total ? encodeCursor(next, binding) : null,
      hint: page.hint,
      unavailable: toUnavailableShape(page.unavailable),
    };
  },
  render: ({ documents, total, nextCursor, hint, unavailable }) =>
    [
      ...documents.map(documentLine),
      pageLine(documents.length, total, nextCursor),
      ...(hint === null ? [] : [hint]),
      ...unavailableLines(unavailable),
    ].join('\n'),
});
