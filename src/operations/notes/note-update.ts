import { z } from 'zod';
import { defineOperation } from '../define.js';
import {
  NOTE_BYTES,
  NOTE_CHARACTERS,
  noteFields,
  noteReference,
  noteShape,
  renderNote,
  toNoteShape,
} from './note-shape.js';

export const noteUpdate = defineOperation({
  name: 'note_update',
  summary: 'Change a note',
  description: 'Changes the given fields of a note and keeps the others.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'PATCH', path: '/notes/:id' },
  maxInputBytes: NOTE_BYTES,
  cli: { command: ['note', 'update'], positional: ['id'], fromFile: ['text'] },
  input: z.strictObject({
    id: noteReference,
    title: z.string().min(1).max(500).optional().describe('New title.'),
    text: z.string().min(1).max(NOTE_CHARACTERS).optional().describe('New text, in Markdown.'),
    ...noteFields,
  }),
  output: noteShape,
  errors: [
    'INPUT_INVALID',
    'NOTE_NOT_FOUND',
    'COLLECTION_NOT_FOUND',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'STORE_LOCKED',
  ],
  quoted: ['text'],
  examples: [{ id: 'example', confidence: 0.9 }],
  async run({ services }, { id, collection, ...changes }) {
    return toNoteShape(await services.notes.update(collection, id, changes));
  },
  render: renderNote,
});
