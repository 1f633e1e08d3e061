/**
 * How much of a query stands in a text in the query's own order, 0 to 1: the longest run of the query's terms that occurs
 * in a row, two terms at least, as a share of the query. Terms are given in order, common words included.
 */
export function sharedOrder(query: readonly string[], text: readonly string[]): number {
  if (query.length < 2) return 0;
  const places = new Map<string, number[]>();
  query.forEach((term, at) => {
    const known = places.get(term);
    if (known === undefined) places.set(term, [at]);
    else known.push(at);
  });
  let longest = 0;
  // Run lengths that end at each place of the query, for the term of the text before this one.
  let before = NO_RUNS;
  for (const term of text) {
    const found = places.get(term);
    if (found === undefined) {
      before = NO_RUNS;
      continue;
    }
    const now = new Map<number, number>();
    for (const at of found) {
      const length = (before.get(at - 1) ?? 0) + 1;
      now.set(at, length);
      if (length > longest) longest = length;
    }
    before = now;
  }
  return longest < 2 ? 0 : longest / query.length;
}

const NO_RUNS: ReadonlyMap<number, number> = new Map();

/** Whether the terms of a phrase stand in the text in a row. */
export function holdsPhrase(phrase: readonly string[], text: readonly string[]): boolean {
  return phrase.length === 1 ? text.includes(phrase[0] ?? '') : sharedOrder(phrase, text) === 1;
}
