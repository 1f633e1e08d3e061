import { QuarryError, throwIfCancelled } from '../core/errors.js';

/** How much a {@link FairQueue} takes. */
export interface FairQueueLimits {
  /** Calls that run at once. */
  readonly places: number;
  /** Calls of one caller that may wait. */
  readonly perCaller: number;
  /** Calls that may wait in all. */
  readonly total: number;
}

/** Who asks for a turn. */
export interface TurnRequest {
  /** Callers take turns by this name; calls of one caller keep their order. */
  readonly caller: string;
  /** Fires when the caller gives up; it then leaves the queue at once, and nothing of it runs. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  admit(): void;
}

/** Seconds after which a refused caller should ask again: by then many of the calls before it are answered. */
const RETRY_SECONDS = 2;

/**
 * Runs costly calls a few at a time. Callers take turns (round robin), so that one who sends a hundred calls does not keep
 * another one waiting for a hundred answers; the calls of one caller are answered in the order in which they came.
 * Work that runs must not ask the same queue for another turn: it would wait for its own place.
 */
export class FairQueue {
  readonly #limits: FairQueueLimits;
  /** Waiting calls by caller; the caller whose turn is next comes first. */
  readonly #lines = new Map<string, Set<Waiter>>();
  #running = 0;
  #waiting = 0;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when its turn has come.
   * @throws QuarryError RATE_LIMITED when this caller has too many calls waiting, OVERLOADED when all callers together
   *   have, CANCELLED when the caller gave up before its turn; what `work` throws
   */
  async run<T>(turn: TurnRequest, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(turn.signal);
    if (this.#running < this.#limits.places && this.#waiting === 0) this.#running += 1;
    else await this.#wait(turn);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#admit();
    }
  }

  async #wait({ caller, signal }: TurnRequest): Promise<void> {
    const line = this.#lines.get(caller) ?? new Set<Waiter>();
    this.#refuseBeyond(line.size);
    this.#lines.set(caller, line);
    this.#waiting += 1;
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#remove(caller, waiter);
        reject(new QuarryError('CANCELLED', 'The caller gave up while its call waited for its turn.'));
      };
      const waiter: Waiter = {
        admit: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      line.add(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #refuseBeyond(ownWaiting: number): void {
    const details = { retryAfterSeconds: RETRY_SECONDS };
    if (ownWaiting >= this.#limits.perCaller) {
      throw new QuarryError('RATE_LIMITED', `${ownWaiting} calls of this caller are waiting already.`, {
        hint: `Wait for answers before you send more; at most ${this.#limits.perCaller} calls of one caller wait.`,
        details,
      });
    }
    if (this.#waiting < this.#limits.total) return;
    throw new QuarryError('OVERLOADED', `${this.#waiting} calls are waiting already.`, {
      hint: `Others keep the server busy. Try again in ${RETRY_SECONDS} s.`,
      details,
    });
  }

  #admit(): void {
    while (this.#running < this.#limits.places) {
      const [next] = this.#lines;
      if (next === undefined) return;
      const [caller, line] = next;
      const [waiter] = line;
      this.#lines.delete(caller);
      if (waiter === undefined) continue;
      // The caller goes to the end of the round before it is known whether it has more to ask.
      this.#lines.set(caller, line);
      this.#remove(caller, waiter);
      this.#running += 1;
      waiter.admit();
    }
  }

  #remove(caller: string, waiter: Waiter): void {
    const line = this.#lines.get(caller);
    if (line?.delete(waiter) !== true) return;
    this.#waiting -= 1;
    if (line.size === 0) this.#lines.delete(caller);
  }
}
