import { QuarryError } from '../../core/errors.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { applyAdapter } from '../../core/training/query-adapter.js';
import type { ServiceContext } from '../context.js';
import { readAdapter } from '../training-runs/run-records.js';

/**
 * The query adapter that a training run made.
 * @throws QuarryError RUN_NOT_FOUND, STORE_BROKEN
 */
export async function openQueryMap(context: ServiceContext, run: string): Promise<QueryMap> {
  const kept = await readAdapter(context, run);
  if (kept !== undefined) return { id: run, space: kept.space, apply: (vector) => applyAdapter(vector, kept.adapter) };
  throw new QuarryError('RUN_NOT_FOUND', `There is no query adapter of the run ${JSON.stringify(run)}.`, {
    hint: 'Promote another run, or roll the specialist back.',
  });
}
