import { setTimeout as delay } from 'node:timers/promises';

/** No search for so long means that nobody waits. */
const QUIET_MS = 5;
/** Longest time that a piece of work waits for that. */
const MOST_WAIT_MS = 50;
const STEP_MS = 5;

/**
 * Work that nobody waits for, beside searches that somebody does: piece by piece, one at a time, each when no search has run
 * for a moment; under a steady stream of searches a few pieces a second.
 */
export class Background {
  #searches = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #before: Promise<unknown> = Promise.resolve();

  /** Runs a search, or a part of one. */
  async search<T>(work: () => Promise<T>): Promise<T> {
    this.#searches += 1;
    try {
      return await work();
    } finally {
      this.#searches -= 1;
      this.#lastMs = performance.now();
    }
  }

  /** Runs a piece of work. */
  async run<T>(piece: () => Promise<T>): Promise<T> {
    const turn = this.#before.then(() => this.#quiet()).then(piece);
    this.#before = turn.catch(() => undefined);
    return turn;
  }

  async #quiet(): Promise<void> {
    const until = performance.now() + MOST_WAIT_MS;
    while ((this.#searches > 0 || performance.now() - this.#lastMs < QUIET_MS) && performance.now() < until)
      await delay(STEP_MS, undefined, { ref: false });
  }
}
