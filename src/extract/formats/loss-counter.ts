import type { Losses, LossKind } from './parsed-document.js';

/** Counts what a document has and its text has not. */
export class LossCounter {
  readonly #counts = new Map<LossKind, number>();

  add(kind: LossKind, count = 1): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  toLosses(): Losses {
    return Object.fromEntries(this.#counts);
  }
}
