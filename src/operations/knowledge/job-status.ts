import { z } from 'zod';
import { defineOperation } from '../define.js';
import { jobShape, renderJob, toJobShape } from '../job-shape.js';

export const jobStatus = defineOperation({
  name: 'job_status',
  summary: 'Follow a job',
  description: 'Tells how a job is: state, progress, counts, errors, result. Waits up to waitSeconds for it to end.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'GET', path: '/jobs/:id' },
  cli: { command: ['job'], positional: ['id'] },
  input: z.strictObject({
    id: z.string().min(1).max(100).describe('Id of the job.'),
    waitSeconds: z.number().min(0).max(20).default(0).describe('Wait so long for the job to end, 0 (default) to 20.'),
  }),
  output: jobShape,
  errors: ['INPUT_INVALID', 'JOB_NOT_FOUND'],
  examples: [{ id: 'job_unknown' }],
  async run({ services, signal, report }, input) {
    const job = await services.jobs.wait(input.id, input.waitSeconds * 1000, {
      signal,
      onChange: (changed) => report(changed.progress),
    });
    return toJobShape(job);
  },
  render: renderJob,
});
