import { z } from 'zod';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';
import { noteReference } from './note-shape.js';

export const noteDelete = defineOperation({
  name: 'note_delete',
  summary: 'Delete a note',
  description: 'Deletes one note for good. To keep it out of searches instead, set its status to archived.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'notes',
  http: { method: 'DELETE', path: '/notes/:id' },
  cli: { command: ['note', 'delete'], positional: ['id'] },
  input: z.strictObject({ id: noteReference, collection: collectionName.optional() }),
  output: z.object({ id: z.string(), deleted: z.literal(true) }),
  errors: ['INPUT_INVALID', 'NOTE_NOT_FOUND', 'COLLECTION_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ id: 'no-such-note' }],
  async run({ services }, input) {
    await services.notes.delete(input.collection, input.id);
    return { id: input.id, deleted: true as const };
  },
  render: (output) => `Deleted note ${output.id}.`,
});
