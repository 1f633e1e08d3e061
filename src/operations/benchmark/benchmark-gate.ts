import { z } from 'zod';
import { DEFAULT_TOLERANCE } from '../../core/benchmark/gate.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';
import { modesField, seedField, suiteField } from './benchmark-fields.js';

export const benchmarkGate = defineOperation({
  name: 'benchmark_gate',
  summary: 'Guard against regressions',
  description:
    'Runs a suite and holds it against a committed baseline, as a job. The job fails with GATE_FAILED (exit code 1) only if a drop is both significant and larger than the tolerance; otherwise it says what moved. With update it writes the baseline instead.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/gate', status: 202 },
  cli: { command: ['benchmark', 'gate'] },
  startsJob: 'jobId',
  input: z.strictObject({
    suite: suiteField,
    baseline: z.string().min(1).max(4000).describe('Path of the baseline file.'),
    tolerance: z
      .number()
      .min(0)
      .max(1)
      .default(DEFAULT_TOLERANCE)
      .describe('Drop that is let pass even when significant; default 0.01.'),
    update: z.boolean().default(false).describe('Write the baseline from this run instead of comparing.'),
    modes: modesField.describe('Modes that a new baseline holds; a comparison runs those of the baseline.'),
    ...writeFields,
    seed: seedField,
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'ALREADY_EXISTS',
    'CONFIRMATION_REQUIRED',
    'RUN_INVALID',
    'GATE_FAILED',
    'MODEL_UNAVAILABLE',
    'STORE_LOCKED',
  ],
  examples: [{ suite: 'no-such-suite', baseline: './no-such-baseline.json' }],
  async run({ services, door }, input) {
    const { modes, ...request } = input;
    const sweep = {
      modes,
      alphas: [],
      blends: [],
      rankConstants: [],
      candidates: [],
      maxTokens: [],
      rerank: false,
      diversity: 0,
    };
    const job = await (await services.benchmark()).startGate({ ...request, sweep }, reachOf({ services, door }));
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
