import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { noteIdOf } from '../../services/notes.js';
import { defineOperation } from '../define.js';
import {
  collectionName,
  cursor,
  documentLine,
  documentShape,
  filterFields,
  pageLimit,
  pageLine,
  toDocumentShape,
} from '../shapes.js';

export const noteList = defineOperation({
  name: 'note_list',
  summary: 'List notes',
  description: 'Lists notes by category, tags or status, without their texts.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'GET', path: '/notes' },
  takesTurn: true,
  cli: { command: ['note', 'list'] },
  input: z.strictObject({
    categories: filterFields.categories,
    tags: filterFields.tags,
    statuses: filterFields.statuses,
    collection: collectionName.optional(),
    limit: pageLimit,
    cursor,
  }),
  output: z.object({
    notes: z.array(documentShape.extend({ noteId: z.string() })),
    total: z.number(),
    nextCursor: z.string().nullable(),
    hint: z.string().nullable(),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'CURSOR_INVALID'],
  examples: [{}, { categories: ['accessibility'] }],
  async run({ services }, input) {
    const { collection, categories, tags, statuses, limit } = input;
    const binding = ['notes', collection, categories, tags, statuses];
    const offset = decodeCursor(input.cursor, binding);
    const page = await services.notes.list(collection, { categories, tags, statuses }, { offset, limit });
    const next = offset + page.items.length;
    return {
      notes: page.items.map((note) => ({ ...toDocumentShape(note), noteId: noteIdOf(note.uri) })),
      total: page.total,
      nextCursor: page.items.length > 0 && next < page.total ? encodeCursor(next, binding) : null,
      hint: page.hint,
    };
  },
  render: ({ notes, total, nextCursor, hint }) =>
    [
      ...notes.map((note) => `note ${note.noteId}\n  ${documentLine(note)}`),
      pageLine(notes.length, total, nextCursor),
      ...(hint === null ? [] : [hint]),
    ].join('\n'),
});
