import { CONTINUATION, SPECIAL_TOKENS } from '../static-model/tokenizer-format.js';

/** What {@link learnVocabulary} needs to know. */
export interface VocabularyOptions {
  /** Number of pieces in all, special tokens included. Default of the bundled model: 48,000. */
  readonly size: number;
  /** Number of pieces of two characters and more that continue a word. */
  readonly continuations: number;
  /** Words seen less often are not taken as whole words. */
  readonly minimumCount: number;
}

/** Longest piece that continues a word, in characters. */
const MAX_CONTINUATION = 10;

/** Alphabets of which every letter is a piece, whatever the corpus holds, so that no text of theirs is all unknown. */
const ALPHABETS =
  /[a-z0-9\u03b1-\u03c9\u0430-\u044f\u05d0-\u05ea\u0621-\u064a\u0905-\u0939\u0e01-\u0e2e\u1100-\u1112\u1161-\u1175\u11a8-\u11c2\u3041-\u3093\u30a1-\u30f3]/u;

/**
 * A WordPiece vocabulary: special tokens; single characters, as words and as continuations; the most frequent
 * continuations of words that are not in the vocabulary themselves; and the most frequent words in the places left.
 * Ties are broken by code units, so equal counts give an equal vocabulary.
 *
 * @param counts how often each word, as the tokenizer cuts, occurs in the corpus.
 */
export function learnVocabulary(counts: ReadonlyMap<string, number>, options: VocabularyOptions): string[] {
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const characters = collectCharacters(ranked, options.minimumCount);
  const places = options.size - Object.keys(SPECIAL_TOKENS).length - 2 * characters.length - options.continuations;
  const isCharacter = new Set(characters);
  const words: string[] = [];
  for (const [word, count] of ranked) {
    if (words.length >= places || count < options.minimumCount) break;
    if (!isCharacter.has(word)) words.push(word);
  }
  const known = new Set([...words, ...characters]);
  const continuations = collectContinuations(ranked, known, options.continuations);
  return [
    ...Object.keys(SPECIAL_TOKENS),
    ...characters,
    ...words,
    ...characters.map((character) => CONTINUATION + character),
    ...continuations.map((part) => CONTINUATION + part),
  ];
}

function collectCharacters(ranked: readonly (readonly [string, number])[], minimumCount: number): string[] {
  const totals = new Map<string, number>();
  for (const [word, count] of ranked) {
    for (const character of word) totals.set(character, (totals.get(character) ?? 0) + count);
  }
  for (let code = 0x30; code < 0x3100; code++) {
    const letter = String.fromCharCode(code);
    if (ALPHABETS.test(letter)) totals.set(letter, Math.max(minimumCount, totals.get(letter) ?? 0));
  }
  return [...totals]
    .filter(([, count]) => count >= minimumCount)
    .map(([character]) => character)
    .sort();
}

/** What is left of unknown words after their longest known beginning, most frequent first. */
function collectContinuations(
  ranked: readonly (readonly [string, number])[],
  known: ReadonlySet<string>,
  places: number,
): string[] {
  const totals = new Map<string, number>();
  for (const [word, count] of ranked) {
    if (known.has(word)) continue;
    let start = word.length;
    while (start > 1 && !known.has(word.slice(0, start))) start--;
    for (let end = start + 2; end <= Math.min(word.length, start + MAX_CONTINUATION); end++) {
      // A whole remainder is worth more than a part of one, which leaves more pieces behind it.
      const part = word.slice(start, end);
      totals.set(part, (totals.get(part) ?? 0) + (end === word.length ? count : count / 4));
    }
  }
  return [...totals]
    .filter(([part]) => /^\p{L}+$/u.test(part))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, places)
    .map(([part]) => part);
}
