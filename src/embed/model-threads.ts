import { availableParallelism } from 'node:os';

/** Threads for a transformer: as configured, or (for 0) all cores but one, which is left to the rest of Quarry. */
export function modelThreads(configured: number): number {
  return configured > 0 ? configured : Math.max(1, availableParallelism() - 1);
}
