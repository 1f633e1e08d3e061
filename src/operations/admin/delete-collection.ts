import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';

export const deleteCollection = defineOperation({
  name: 'delete_collection',
  summary: 'Delete a collection',
  description: 'Deletes a collection with its sources, documents, notes and chunks. Set confirm to true.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'DELETE', path: '/collections/:name' },
  cli: { command: ['collection', 'delete'], positional: ['name'] },
  input: z.strictObject({
    name: collectionName,
    confirm: z.boolean().default(false).describe('Must be true, or nothing is deleted.'),
  }),
  output: z.object({ name: z.string(), deletedDocuments: z.number() }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'STORE_LOCKED'],
  examples: [{ name: 'no-such-collection' }],
  async run({ services }, input) {
    await services.collections.get(input.name);
    const { documents } = await services.context.store.collectionStats(input.name);
    if (!input.confirm) {
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would delete ${input.name} with ${documents} documents.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    await services.context.store.dropCollection(input.name);
    return { name: input.name, deletedDocuments: documents };
  },
  render: (output) => `Deleted collection ${output.name} with ${output.deletedDocuments} documents.`,
});
