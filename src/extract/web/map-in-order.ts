/**
 * Works on items concurrently and yields the results in the order of the items. At most `window()` items are started
 * and not yet yielded; it is asked again before each start, so it may shrink. What is started depends only on what was
 * yielded, never on timing. Stops early when the window is 0 and nothing is left to yield.
 */
export async function* mapInOrder<T, R>(
  items: readonly T[],
  window: () => number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R], void, undefined> {
  const running: { readonly item: T; readonly result: Promise<R> }[] = [];
  let next = 0;
  while (true) {
    while (next < items.length && running.length < window()) {
      const item = items[next];
      next += 1;
      if (item === undefined) continue;
      const result = work(item);
      // Whoever awaits it in turn sees the rejection; until then it must not count as unhandled.
      result.catch(() => undefined);
      running.push({ item, result });
    }
    const first = running.shift();
    if (first === undefined) return;
    yield [first.item, await first.result];
  }
}
