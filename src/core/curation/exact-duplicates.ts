import { sha256 } from '../identity.js';
import { plainWords } from './shingles.js';

/** A key that is equal for texts that differ only in case, punctuation, accents and white space. */
export function sameTextKey(text: string): string {
  const words = plainWords(text);
  return sha256(words.length === 0 ? `raw\u0000${text.trim()}` : words.join(' ')).slice(0, 32);
}

/** Finds texts, added one by one, that are the same but for case, punctuation and white space. */
export class ExactDuplicateFinder {
  readonly #firsts = new Map<string, number>();
  readonly #others = new Map<number, number[]>();
  #size = 0;

  /** Adds a text; its place is the number of texts added before. */
  add(text: string): void {
    const at = this.#size++;
    const key = sameTextKey(text);
    const first = this.#firsts.get(key);
    if (first === undefined) {
      this.#firsts.set(key, at);
      return;
    }
    const others = this.#others.get(first);
    if (others === undefined) this.#others.set(first, [at]);
    else others.push(at);
  }

  /** Places of two or more texts that are the same, ascending, in the order of their first ones. */
  groups(): number[][] {
    return [...this.#others].sort(([a], [b]) => a - b).map(([first, others]) => [first, ...others]);
  }
}
