import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';

export const removeSource = defineOperation({
  name: 'remove_source',
  summary: 'Remove a source',
  description:
    'Removes a source with every document and chunk that it brought. Nothing outside Quarry is touched. Set confirm to true.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'DELETE', path: '/sources/:source' },
  cli: { command: ['remove'], positional: ['source'] },
  input: z.strictObject({
    source: z.string().min(1).max(4000).describe('Id or url of the source.'),
    confirm: z.boolean().default(false).describe('Must be true, or nothing is removed.'),
  }),
  output: z.object({ source: z.string(), removedDocuments: z.number() }),
  errors: ['INPUT_INVALID', 'SOURCE_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'STORE_LOCKED'],
  examples: [{ source: 'src_unknown' }],
  async run({ services }, input) {
    const source = await services.ingest.findSource(input.source);
    if (!input.confirm) {
      const { total } = await services.context.store.listDocuments(
        source.collection,
        { sourceIds: [source.id] },
        { offset: 0, limit: 1 },
      );
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would remove ${source.uri} with ${total} documents.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    return { source: source.id, removedDocuments: await services.ingest.removeSource(source) };
  },
  render: (output) => `Removed ${output.source} with ${output.removedDocuments} documents.`,
});
