import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { datasetName } from './dataset-fields.js';

export const datasetDelete = defineOperation({
  name: 'dataset_delete',
  summary: 'Delete a dataset',
  description:
    'Deletes a dataset with all its versions and labels. Exports that were written stay. Set confirm to true. A damaged dataset can be deleted too.',
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
  output: z.object({
    name: z.string(),
    versions: z.number().nullable().describe('Null when the dataset is damaged.'),
    rows: z.number().nullable().describe('Null when the dataset is damaged.'),
  }),
  errors: ['INPUT_INVALID', 'DATASET_NOT_FOUND', 'CONFIRMATION_REQUIRED'],
  examples: [{ name: 'no-such-dataset', confirm: true }],
  async run({ services }, input) {
    const { datasets } = await services.curation();
    const version = await datasets.newest(input.name);
    if (!input.confirm) {
      const what =
        version === undefined
          ? 'whose newest version is damaged'
          : `with ${version.rows} examples in ${version.version} versions`;
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would delete ${input.name} ${what}.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line).',
      });
    }
    await datasets.delete(input.name);
    return { name: input.name, versions: version?.version ?? null, rows: version?.rows ?? null };
  },
  render: (output) =>
    output.rows === null
      ? `Deleted dataset ${output.name}, which was damaged.`
      : `Deleted dataset ${output.name} (${output.versions} versions, ${output.rows} examples).`,
});
