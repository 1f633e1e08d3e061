import { setTimeout as delay } from 'node:timers/promises';
import { QuarryError, systemCode, toQuarryError } from '../core/errors.js';
import { firstLine } from './engine.js';

/** What to do about anything in the store that cannot be read. */
export const MEND_HINT =
  'Run `quarry doctor` to see what is damaged, and `quarry doctor --mend` for what can be saved of it; nothing is deleted.';

const ATTEMPTS = 6;

/**
 * Runs a LanceDB write, again when another process committed to the same table in between, and turns native errors
 * into ours.
 * @throws QuarryError STORE_FULL, PATH_UNREADABLE, STORE_BROKEN
 */
export async function commit<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw storeError(error);
      await delay(20 * 2 ** attempt);
    }
  }
}

/** Whether the same write can succeed when repeated. */
function isConflict(error: unknown): boolean {
  return /commit conflict|concurrent/i.test(String(error));
}

/** A native error as one of ours; ours stay as they are. */
export function storeError(error: unknown): QuarryError {
  if (error instanceof QuarryError) return error;
  const text = String(error);
  if (/no space left|ENOSPC|os error 28|disk quota/i.test(text)) {
    return new QuarryError('STORE_FULL', 'The disk that holds the database is full.', {
      hint: 'Free some space and run the same command again; nothing acknowledged was lost.',
      cause: error,
    });
  }
  if (/permission denied|read-only file system|os error (13|30)\b/i.test(text)) {
    return new QuarryError('PATH_UNREADABLE', 'The database folder cannot be written.', {
      hint: 'Give this user the right to write there, or choose another folder. Searching needs no such right.',
      cause: error,
    });
  }
  if (systemCode(error) === 'ENOSPC') return toQuarryError(error);
  return new QuarryError('STORE_BROKEN', `The database failed: ${firstLine(error)}`, {
    hint: MEND_HINT,
    cause: error,
  });
}

/** Runs a LanceDB read and turns native errors into ours. @throws QuarryError STORE_BROKEN */
export async function read<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error);
  }
}
