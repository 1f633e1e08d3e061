import { sha256 } from '../identity.js';
import { plainWords } from './shingles.js';

/** A key that is equal for texts that differ only in case, punctuation, accents and white space. */
export function sameTextKey(text: string): string {
  const words = plainWords(text);
  return sha256(words.length === 0 ? `raw\u0000${text.trim()}` : words.join(' ')).slice(0, 32);
}

/** Groups of two or more texts that are the same but for case, punctuation and white space; members ascending. */
export function findExactDuplicates(texts: readonly string[]): number[][] {
  const byKey = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    const key = sameTextKey(text);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [index]);
    else known.push(index);
  }
  return [...byKey.values()].filter((group) => group.length > 1);
}
