import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { datasetName } from './dataset-fields.js';

export const datasetDelete = defineOperation({
  name: 'dataset_delete',
  summary: 'Delete a dataset',
  description:
    'Deletes a dataset with all its versions and labels. Exports that were written stay. Set confirm to true.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'DELETE', path: '/datasets/:name' },
  cli: { command: ['dataset', 'delete'], positional: ['name'] },
  input: z.strictObject({
    name: datasetName,
    confirm: z.boolean().default(false).describe('Must be true, or nothing is deleted.'),
  }),
  output: z.object({ name: z.string(), versions: z.number(), rows: z.number() }),
  errors: ['INPUT_INVALID', 'DATASET_NOT_FOUND', 'CONFIRMATION_REQUIRED'],
  examples: [{ name: 'no-such-dataset', confirm: true }],
  async run({ services }, input) {
    const { datasets } = services.curation;
    const { version } = await datasets.show(input.name, undefined, { ids: [] });
    if (!input.confirm) {
      throw new QuarryError(
        'CONFIRMATION_REQUIRED',
        `This would delete ${input.name} with ${version.rows} examples in ${version.version} versions.`,
        { hint: 'Call again with confirm set to true (--confirm on the command line).' },
      );
    }
    await datasets.delete(input.name);
    return { name: input.name, versions: version.version, rows: version.rows };
  },
  render: (output) => `Deleted dataset ${output.name} (${output.versions} versions, ${output.rows} examples).`,
});
