import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';

export const trainModel = defineOperation({
  name: 'train_model',
  summary: 'Adapt the embedding model',
  description:
    'Adapts a static embedding model to your own knowledge from question and answer pairs, as a job. A fifth of the pairs is held out and ranked before and after; but such pairs tell nothing of real questions, so the model is kept only where acceptPairs says that they are enough, and only on a significant gain. train_start with kind static proves one on judged questions.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'training',
  http: { method: 'POST', path: '/models', status: 202 },
  cli: { command: ['train', 'model'], positional: ['data'] },
  startsJob: 'jobId',
  input: z.strictObject({
    data: z
      .string()
      .min(1)
      .max(4000)
      .describe(
        'JSONL file (or .jsonl.gz): {"anchor", "positive"}, {"anchor", "positive", "negative"} or records; dataset_export writes one.',
      ),
    output: z.string().min(1).max(4000).describe('Folder for the adapted model.'),
    base: z
      .string()
      .max(4000)
      .default('')
      .describe('Static model to start from, a folder; default: the bundled model.'),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1)
      .describe('Seed of everything random; the same seed and data give the same bytes.'),
    acceptPairs: z
      .boolean()
      .default(false)
      .describe('Keep a model that ranks held-out pairs better, though no judged question has proven it.'),
    ...writeFields,
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'ALREADY_EXISTS',
    'CONFIRMATION_REQUIRED',
    'STORE_LOCKED',
  ],
  examples: [{ data: './no-such-file.jsonl', output: './no-such-model' }],
  async run({ services, door }, input) {
    const job = await (await services.training()).start(input, reachOf({ services, door }));
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
