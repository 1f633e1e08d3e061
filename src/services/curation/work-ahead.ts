/**
 * What `work` gives for each item, in the order of the items. Up to `ahead` of them are begun before they are asked for, so
 * that waiting for one overlaps with what the caller does with another. Work that is begun is waited for, also when the
 * caller stops early or one fails.
 */
export async function* workAhead<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const result = work(item);
      result.catch(() => undefined); // Told when its turn comes; until then nobody listens.
      begun.push(result);
      if (begun.length > ahead) yield await (begun.shift() ?? result);
    }
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) yield await next;
  } finally {
    await Promise.allSettled(begun);
  }
}
