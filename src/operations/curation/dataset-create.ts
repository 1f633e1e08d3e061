import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { JOB_STATES } from '../../core/types.js';
import { BALANCE_KEYS, SAMPLE_METHODS } from '../../services/curation/sample-service.js';
import { defineOperation } from '../define.js';
import { aboutFields, aboutOf, datasetName, previewField, seedField } from './dataset-fields.js';

export const datasetCreate = defineOperation({
  name: 'dataset_create',
  summary: 'Create a dataset',
  description:
    'Creates an empty training dataset, or one that is a diverse sample of another: name that one in from and give a budget; examples are chosen by k-centre, mmr or at random, balanced by source, category, length or rule. A sample is drawn as a job: follow it with job_status. Mining and importing create datasets by themselves.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets', status: 201 },
  cli: { command: ['dataset', 'create'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    ...aboutFields,
    from: datasetName.optional().describe('Dataset to draw a sample of.'),
    budget: z.number().int().min(1).max(1_000_000).optional().describe('Examples in the sample.'),
    method: z
      .enum(SAMPLE_METHODS)
      .default('k-centre')
      .describe('How the sample is drawn: k-centre (default), mmr or random.'),
    balance: z.enum(BALANCE_KEYS).default('none').describe('What the sample is balanced by; default none.'),
    seed: seedField,
    preview: previewField(false),
  }),
  output: z.object({
    name: z.string(),
    version: z.number().nullable(),
    jobId: z.string().nullable(),
    state: z.enum(JOB_STATES).nullable(),
  }),
  errors: ['INPUT_INVALID', 'ALREADY_EXISTS', 'DATASET_NOT_FOUND', 'MODEL_UNAVAILABLE', 'STORE_FULL'],
  examples: [{ name: 'example-dataset', description: 'Pairs for trying things out.' }],
  async run({ services }, input) {
    const { name, from, budget, method, balance, seed, preview } = input;
    const about = aboutOf(input);
    if (from === undefined && budget === undefined) {
      const version = await (await services.curation()).datasets.create(name, about, preview);
      return { name, version, jobId: null, state: null };
    }
    if (from === undefined || budget === undefined) {
      throw new QuarryError('INPUT_INVALID', 'A sample needs both from and budget.', {
        hint: 'Give both, or neither for an empty dataset.',
      });
    }
    const job = await (await services.curation()).samples.start({
      from,
      name,
      budget,
      method,
      balance,
      seed,
      about,
      preview,
    });
    return { name, version: null, jobId: job.id, state: job.state };
  },
  render: (output) =>
    output.jobId === null && output.version === null
      ? `Dataset ${output.name} could be created; nothing was written.`
      : output.jobId === null
        ? `Created dataset ${output.name}, version ${output.version}. Fill it with dataset_mine or dataset_import.`
        : `Started ${output.jobId} for ${output.name}. Follow it with job_status (id ${output.jobId}).`,
});
