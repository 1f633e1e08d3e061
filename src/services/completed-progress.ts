import type { Progress } from '../core/types.js';

/** The progress of work that has succeeded; steps are reported now and then only, so the last may be missing. */
export function completed({ done, total, ...progress }: Progress): Progress {
  return { ...progress, stage: 'done', done: Math.max(done, total), total };
}
