import { z } from 'zod';
import { seedField } from '../benchmark/benchmark-fields.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';

export const modelUse = defineOperation({
  name: 'model_use',
  summary: 'Change the embedding model',
  description:
    'Makes another embedding model the one of the workspace, as a job: finds or fetches it, tests it, embeds every collection with it while searches go on with the old one, switches all at once, and tells what that gained on the suites of the workspace. Nothing changes when it fails or is cancelled. `bundled` goes back.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  toolset: 'admin',
  http: { method: 'POST', path: '/model', status: 202 },
  cli: { command: ['model', 'use'], positional: ['model'] },
  startsJob: 'jobId',
  input: z.strictObject({
    model: z
      .string()
      .min(1)
      .max(4000)
      .describe('A name such as Xenova/bge-small-en-v1.5, a folder that holds a model, or bundled.'),
    dtype: z
      .string()
      .max(20)
      .default('')
      .describe('Weights to load: q8, fp32, fp16, ...; default: the best that is there.'),
    measure: z.boolean().default(true).describe('Run the suites before and after, and compare.'),
    suites: z
      .array(z.string().min(1).max(4000))
      .max(8)
      .default([])
      .describe('Suites to measure on, names or folders; default: those of the workspace.'),
    seed: seedField,
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'CONFIG_INVALID',
    'MODEL_UNAVAILABLE',
    'PATH_UNREADABLE',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'STORE_LOCKED',
  ],
  examples: [{ model: './no-such-model' }],
  async run({ services, door }, input) {
    const job = await (await services.models()).start(input, reachOf({ services, door }));
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
