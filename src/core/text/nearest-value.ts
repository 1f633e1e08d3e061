import { nearestName } from './nearest-name.js';

/** Case, accents and the signs between words say little when somebody mistypes. */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The known value nearest to a typed one: the same but for case and accents, else by edit distance; undefined when none is near. */
export function nearestValue(typed: string, known: readonly string[]): string | undefined {
  const wanted = folded(typed);
  const same = known.find((value) => folded(value) === wanted);
  if (same !== undefined) return same;
  const byFolded = new Map(known.map((value) => [folded(value).replace(/[_-]/g, ''), value]));
  const near = nearestName(wanted, [...byFolded.keys()]);
  if (near !== undefined) return byFolded.get(near);
  return wanted.length < 3 ? undefined : known.find((value) => holds(folded(value), wanted));
}

function holds(value: string, wanted: string): boolean {
  return value.startsWith(wanted) || (value.length >= 3 && wanted.startsWith(value));
}
