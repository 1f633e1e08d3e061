import { z } from 'zod';
import { defineOperation } from '../define.js';
import { jobShape, renderJob, toJobShape } from '../job-shape.js';

export const jobCancel = defineOperation({
  name: 'job_cancel',
  summary: 'Cancel a job',
  description: 'Stops a queued or running job. What it had finished is kept; sync completes the rest later.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/jobs/:id/cancel' },
  cli: { command: ['cancel'], positional: ['id'] },
  input: z.strictObject({ id: z.string().min(1).max(100).describe('Id of the job.') }),
  output: jobShape,
  errors: ['INPUT_INVALID', 'JOB_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ id: 'job_unknown' }],
  run: async ({ services }, input) => toJobShape(await services.jobs.cancel(input.id)),
  render: renderJob,
});
