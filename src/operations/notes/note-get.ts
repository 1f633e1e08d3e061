import { z } from 'zod';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';
import { noteReference, noteShape, renderNote, toNoteShape } from './note-shape.js';

export const noteGet = defineOperation({
  name: 'note_get',
  summary: 'Read a note',
  description: 'Reads one note with all its fields.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'GET', path: '/notes/:id' },
  cli: { command: ['note', 'get'], positional: ['id'] },
  input: z.strictObject({ id: noteReference, collection: collectionName.optional() }),
  output: noteShape,
  errors: ['INPUT_INVALID', 'NOTE_NOT_FOUND', 'COLLECTION_NOT_FOUND'],
  quoted: ['text'],
  examples: [{ id: 'example' }],
  run: async ({ services }, input) => toNoteShape(await services.notes.get(input.collection, input.id)),
  render: renderNote,
});
