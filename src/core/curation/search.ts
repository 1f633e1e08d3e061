/** A long computation that yields again and again, after some microseconds each time, so that a caller can pause or stop it. */
export type Search<T> = Generator<undefined, T>;

/** Runs a search to its end without a pause. */
export function runSearch<T>(search: Search<T>): T {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}
