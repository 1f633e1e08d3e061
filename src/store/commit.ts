import { setTimeout as delay } from 'node:timers/promises';
import { diskFull, isDiskFull, QuarryError } from '../core/errors.js';
import { firstLine } from './engine.js';
import { isLostVersion } from './retention.js';

/** What to do about anything in the store that cannot be read. */
export const MEND_HINT =
  'Run `quarry doctor` to see what is damaged, and `quarry doctor --mend` for what can be saved of it; nothing is deleted.';

const ATTEMPTS = 6;
/** Where the version that a write began with is lost for good, the write need not be tried as often. */
const LOST_ATTEMPTS = 3;

/**
 * Runs a LanceDB write, again when another process committed to the same table in between or dropped the version that
 * it began with, and turns native errors into ours.
 * @throws QuarryError STORE_FULL, PATH_UNREADABLE, STORE_BROKEN
 */
export async function commit<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const attempts = isConflict(error) ? ATTEMPTS : isLostVersion(error) ? LOST_ATTEMPTS : 1;
      if (attempt >= attempts) throw storeError(error);
      await delay(20 * 2 ** attempt);
    }
  }
}

/**
 * A {@link commit} whose call may fail although the table took it, in what follows the commit: where `isDone` then finds
 * there what was to be written, it counts as done, so that nobody is told to write it again.
 * @throws QuarryError STORE_FULL, PATH_UNREADABLE, STORE_BROKEN
 */
export async function commitChecked(work: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await commit(work);
  } catch (error) {
    if (!(await isDone().catch(() => false))) throw error; // a table that cannot be read tells nothing
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
  if (isDiskFull(error)) return diskFull('The disk that holds the database is full.', error);
  if (/permission denied|read-only file system|os error (13|30)\b/i.test(text)) {
    return new QuarryError('PATH_UNREADABLE', 'The database folder cannot be written.', {
      hint: 'Give this user the right to write there, or choose another folder. Searching needs no such right.',
      cause: error,
    });
  }
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
