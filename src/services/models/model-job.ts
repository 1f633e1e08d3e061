import { QuarryError } from '../../core/errors.js';
import type { Job } from '../../core/types.js';
import type { JobService } from '../jobs.js';

/** Kind of the jobs that change the model of a workspace. */
export const MODEL_JOB = 'model-use';

/** @throws QuarryError STORE_LOCKED while a job is changing the model */
export async function requireNoModelJob(jobs: JobService): Promise<void> {
  const open = await openModelJob(jobs);
  if (open === undefined) return;
  throw new QuarryError('STORE_LOCKED', `Job ${open.id} is changing the model to ${open.subject}.`, {
    hint: `Wait for it, or cancel it: quarry cancel ${open.id}.`,
  });
}

/** The job that is changing the model of the workspace; undefined for none. */
export async function openModelJob(jobs: JobService): Promise<Job | undefined> {
  const { items } = await jobs.list(['queued', 'running'], { offset: 0, limit: 1000 });
  return items.find(({ kind }) => kind === MODEL_JOB);
}
