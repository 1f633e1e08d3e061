import { QuarryError } from '../../core/errors.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { ServiceContext } from '../context.js';

/**
 * The query adapter that a training run made.
 * @throws QuarryError RUN_NOT_FOUND
 */
export async function openQueryMap(_context: ServiceContext, run: string): Promise<QueryMap> {
  throw new QuarryError('RUN_NOT_FOUND', `There is no query adapter of the run ${JSON.stringify(run)}.`, {
    hint: 'Promote another run, or roll the specialist back.',
  });
}
