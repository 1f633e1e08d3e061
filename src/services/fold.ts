import { toQuarryError } from '../core/errors.js';
import type { ServiceContext } from './context.js';

/**
 * Folds a collection's indexes after something was stored there. What was stored stays stored: where folding fails, on a
 * full disk for instance, that is logged, `status` goes on telling the rows that wait, and the next folding does it.
 * Resolves to whether it was done.
 */
export async function foldWhereItCan(context: ServiceContext, collection: string): Promise<boolean> {
  try {
    await context.store.maintain(collection);
    return true;
  } catch (error) {
    const { code, message } = toQuarryError(error);
    context.log('warn', 'The indexes could not be folded now; the next ingest or sync folds them.', {
      collection,
      code,
      message,
    });
    return false;
  }
}
