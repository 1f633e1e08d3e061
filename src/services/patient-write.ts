import { QuarryError, throwIfCancelled } from '../core/errors.js';

/** A store waits some fifteen seconds for another writer; so often a job asks again: about ten minutes. */
const MAX_ATTEMPTS = 40;

/** What a patient write needs. */
export interface PatientWriteOptions {
  readonly signal: AbortSignal;
  /** Told each time that another process still writes. */
  readonly onWait: () => void;
}

/**
 * Does a job's write, waiting for other processes that write: one of them may be building an index for a while.
 * Ends at once when the signal fires, even while a write waits for its turn; what it wrote is then whole all the same.
 * @throws QuarryError CANCELLED; STORE_LOCKED after about ten minutes; what the write throws
 */
export async function writePatiently<T>(write: () => Promise<T>, options: PatientWriteOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(options.signal);
    try {
      return await untilAborted(write(), options.signal);
    } catch (error) {
      const isLocked = error instanceof QuarryError && error.code === 'STORE_LOCKED';
      if (!isLocked || attempt >= MAX_ATTEMPTS) throw error;
      options.onWait();
    }
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new QuarryError('CANCELLED', 'The work was cancelled.'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
