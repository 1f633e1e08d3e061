import { z } from 'zod';
import { defineOperation } from '../define.js';
import { NOTE_BYTES, NOTE_CHARACTERS, noteFields, noteId, noteShape, renderNote, toNoteShape } from './note-shape.js';

export const noteCreate = defineOperation({
  name: 'note_create',
  summary: 'Create a note',
  description:
    'Keeps a piece of knowledge that you give: title, Markdown text, category, tags, confidence. It can be searched at once.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'POST', path: '/notes', status: 201 },
  maxInputBytes: NOTE_BYTES,
  cli: { command: ['note', 'create'], positional: ['title', 'text'], fromFile: ['text'] },
  input: z.strictObject({
    title: z.string().min(1).max(500).describe('Title.'),
    text: z.string().min(1).max(NOTE_CHARACTERS).describe('The knowledge itself, in Markdown.'),
    id: noteId.optional(),
    ...noteFields,
  }),
  output: noteShape,
  errors: ['INPUT_INVALID', 'ALREADY_EXISTS', 'FINGERPRINT_MISMATCH', 'MODEL_UNAVAILABLE', 'STORE_LOCKED'],
  quoted: ['text'],
  examples: [
    {
      title: 'Another example',
      text: 'Buttons need a name that screen readers can say.',
      category: 'accessibility',
      tags: ['aria'],
    },
  ],
  async run({ services }, { id, collection, ...note }) {
    return toNoteShape(await services.notes.create(collection, note, id));
  },
  render: renderNote,
});
