/** A shorter one is not worth a line of its own. */
const SHORTEST_BASE = 20;

/**
 * The folder in which all of several addresses lie, with its final slash, so that each can be named by the rest alone.
 * @returns empty where there is only one address, or none but a short folder in common
 */
export function sharedBase(addresses: readonly string[]): string {
  const [first = '', ...others] = new Set(addresses);
  if (others.length === 0) return '';
  let base = first.slice(0, first.lastIndexOf('/') + 1);
  while (base !== '' && !others.every((address) => address.startsWith(base))) {
    base = base.slice(0, base.lastIndexOf('/', base.length - 2) + 1);
  }
  return base.length < SHORTEST_BASE || /^[a-z]+:\/\/[^/]*\/$/i.test(base) ? '' : base;
}
