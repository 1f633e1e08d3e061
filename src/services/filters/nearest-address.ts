import { addressKey } from '../../core/addresses/address-key.js';
import { nearestName } from '../../core/text/nearest-name.js';

/** The known address that goes with a typed one the furthest: along its beginning, or by the name of its last parts. */
export function nearestAddress(typed: string, known: readonly string[]): string | undefined {
  const wanted = addressKey(typed.startsWith('/') ? `file://${typed}` : typed).toLowerCase();
  const last = wanted.split('/').findLast((part) => part !== '') ?? '';
  let best: { readonly uri: string; readonly common: number } | undefined;
  const named: string[] = [];
  for (const uri of known) {
    const key = addressKey(uri).toLowerCase();
    const common = commonLength(wanted, key);
    if (best === undefined || common > best.common) best = { uri, common };
    if (last !== '' && named.length < 1 && nearestName(last, key.split('/').slice(3)) !== undefined) named.push(uri);
  }
  if (best === undefined) return undefined;
  // Beyond scheme and host, what begins alike is near; else a part that is called alike is nearer.
  const isAlong = best.common > (/^[a-z]+:\/\/[^/]*\/?/.exec(wanted)?.[0].length ?? 0) + 1;
  return isAlong ? best.uri : (named[0] ?? best.uri);
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
