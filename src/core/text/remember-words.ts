import { ownCopy } from './own-copy.js';

/** Words that are remembered, and how long one may be. */
const MOST_WORDS = 32_768;
const LONGEST_WORD = 60;

/**
 * The function, which remembers what it made of words that were met lately: texts repeat their words. Keys and what is made of
 * them keep no text alive that a word was cut from.
 */
export function rememberWords<T>(make: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    if (word.length > LONGEST_WORD) return make(word);
    if (known.size >= MOST_WORDS) known.clear();
    const own = ownCopy(word);
    const made = make(own);
    known.set(own, made);
    return made;
  };
}
