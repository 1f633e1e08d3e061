import { foldWord, isAscii } from './fold-word.js';
import { hash64 } from './hash64.js';
import { rememberWords } from './remember-words.js';
import { stemEnglish } from './stem.js';

/** English words that carry no meaning of their own; they are searched for only where a query holds nothing else. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

/** Longest term in UTF-16 code units; the engine leaves out terms of 256 bytes or more. */
const LONGEST_TERM = 60;
const KEPT_OF_LONG = 24;

/** The bound keeps an endless word from overflowing the stack of the regular expression; such a word goes in pieces. */
const WORDS = /[\p{L}\p{M}\p{N}]{1,65536}|\p{Extended_Pictographic}|\p{RI}{2}/gu;

/** Scripts written without spaces between words, and Hangul, whose words carry their particles with them. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\u30fc';
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');
const IS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');

/**
 * The terms of a text in order: words folded and stemmed, pictographs, and runs of scripts without spaces as overlapping
 * pairs of characters (a lone character is itself). The text must have passed `foldCharacters`.
 */
export function termsInOrder(text: string): string[] {
  const terms: string[] = [];
  for (const word of text.match(WORDS) ?? []) {
    const found = termsOfWord(word);
    if (typeof found === 'string') terms.push(found);
    else terms.push(...found);
  }
  return terms;
}

const termsOfWord: (word: string) => string | readonly string[] = rememberWords((word) => {
  if (PLAIN_WORD.test(word)) return termOf(word);
  return (word.match(RUNS) ?? []).flatMap((run) => (IS_UNSPACED.test(run) ? pairsOf(run) : [termOf(run)]));
});

/** The single characters of a text's runs without spaces, for queries of one character. */
export function unspacedCharacters(text: string): string[] {
  const characters: string[] = [];
  if (isAscii(text)) return characters;
  for (const [run] of text.matchAll(UNSPACED_RUN)) characters.push(...[...run].map(foldWord));
  return characters;
}

const PLAIN_WORD = /^[\p{Script=Latin}\p{N}]+$/u;
const UNSPACED_RUN = new RegExp(`[${UNSPACED}]{1,65536}`, 'gu');

function termOf(word: string): string {
  return shortTerm(stemEnglish(foldWord(word)));
}

/** A term that the engine takes: a very long one is cut and told apart by a hash of the whole. */
export function shortTerm(term: string): string {
  if (term.length <= LONGEST_TERM) return term;
  return `${[...term.slice(0, KEPT_OF_LONG)].slice(0, -1).join('')}~${hash64(term)}`;
}

function pairsOf(run: string): string[] {
  const characters = [...foldWord(run)];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, at) => `${characters[at] ?? ''}${character}`);
}
