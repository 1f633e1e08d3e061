import { z } from 'zod';
import { JOB_STATES } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { runIdField } from './run-shape.js';

export const trainResume = defineOperation({
  name: 'train_resume',
  summary: 'Go on with a training run',
  description:
    'Goes on, as a job, with a training run that was cancelled, failed, or whose process died. What it had finished on the same data is not done again, and it comes to the same bytes as if nothing had happened.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/training/runs/:run/resume', status: 202 },
  cli: { command: ['train', 'resume'], positional: ['run'] },
  startsJob: 'jobId',
  jobAnswer: { operation: 'train_list', key: 'runs' },
  input: z.strictObject({ run: runIdField }),
  output: z.object({ run: z.string(), jobId: z.string(), state: z.enum(JOB_STATES) }),
  errors: [
    'INPUT_INVALID',
    'RUN_NOT_FOUND',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'STORE_BROKEN',
    'STORE_LOCKED',
  ],
  examples: [{ run: 'no-such-run' }],
  async run({ services, door }, input) {
    const { run, state } = await (await services.trainingRuns()).resume(input.run, reachOf({ services, door }));
    return { run: run.id, jobId: run.job, state };
  },
  render: ({ run, jobId }) => `Training run ${run} goes on as ${jobId}. Follow it with train_status (${run}).`,
});
