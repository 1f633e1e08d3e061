import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { isBroken } from '../../services/ask-each.js';
import { forgetSources } from '../../services/forget-sources.js';
import type { Services } from '../../services/services.js';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';

/** Null when the collection is damaged and cannot be counted. @throws QuarryError COLLECTION_NOT_FOUND */
async function countDocuments(services: Services, name: string): Promise<number | null> {
  try {
    await services.collections.get(name);
    return (await services.context.store.collectionStats(name)).documents;
  } catch (error) {
    if (isBroken(error)) return null;
    throw error;
  }
}

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
  output: z.object({ name: z.string(), deletedDocuments: z.number().nullable() }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'STORE_LOCKED'],
  examples: [{ name: 'no-such-collection' }],
  async run({ services }, input) {
    const documents = await countDocuments(services, input.name);
    if (!input.confirm) {
      const what =
        documents === null ? 'which is damaged, with all that could be saved of it' : `with ${documents} documents`;
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would delete ${input.name} ${what}.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    const { context } = services;
    // Where the sources cannot be read, the collection goes all the same.
    const sources = await context.store.listSources(input.name).catch(() => []);
    await context.store.dropCollection(input.name);
    await forgetSources(context, sources);
    return { name: input.name, deletedDocuments: documents };
  },
  render: (output) =>
    `Deleted collection ${output.name} with ${output.deletedDocuments === null ? 'damaged rows that could not be counted' : `${output.deletedDocuments} documents`}.`,
});
