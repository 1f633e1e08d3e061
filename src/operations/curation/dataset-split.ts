import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { datasetName, previewField, seedField } from './dataset-fields.js';

const share = (name: string, value: number) =>
  z.number().min(0).max(1).default(value).describe(`Share of ${name}; default ${value}. The three add up to 1.`);

export const datasetSplit = defineOperation({
  name: 'dataset_split',
  summary: 'Split a dataset',
  description:
    'Splits a dataset into train, validation and test without leaks, as a job: examples of one document, address, query or near-duplicate stay together, and whole groups are placed by a stable hash, so later additions never move a row. The result has the proof: how many links there are and that none crosses. reassign (needs confirm) splits everything anew.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/split', status: 202 },
  cli: { command: ['dataset', 'split'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    train: share('train', 0.8),
    validation: share('validation', 0.1),
    test: share('test', 0.1),
    seed: seedField,
    reassign: z.boolean().default(false).describe('Forgets the splits that examples have; needs confirm.'),
    confirm: z.boolean().default(false).describe('Must be true for reassign.'),
    preview: previewField(false),
  }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'DATASET_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'ALREADY_EXISTS', 'STORE_FULL'],
  examples: [{ name: 'no-such-dataset' }],
  async run({ services }, input) {
    if (input.reassign && !input.confirm && !input.preview) {
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would move examples of ${input.name} between splits.`, {
        hint: 'Call again with confirm set to true (--confirm on the command line), or with preview.',
      });
    }
    const job = await (await services.curation()).splits.start({
      dataset: input.name,
      shares: { train: input.train, validation: input.validation, test: input.test },
      seed: input.seed,
      reassign: input.reassign,
      preview: input.preview,
    });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
