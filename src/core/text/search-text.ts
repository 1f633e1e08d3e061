import type { DocumentFormat } from '../types.js';
import { contextLines } from './embed-text.js';
import { splitIdentifiers } from './identifiers.js';

/** What is known of a chunk when its search text is made. */
export interface SearchTextParts {
  readonly title: string;
  /** Headings or enclosing symbols, outermost first. */
  readonly headingPath: readonly string[];
  /** The chunk's own text. */
  readonly text: string;
  readonly format: DocumentFormat;
}

/** Version of the rules in this file; a change means that stored search texts are stale. */
export const SEARCH_TEXT_VERSION = 1;

/**
 * What BM25 indexes for a chunk: title, heading path and text, compatibility-normalised, then the words hidden in
 * identifiers. Runs of scripts written without spaces become overlapping pairs and single characters, because a
 * tokenizer that splits at non-letters takes such a run for one word. Never shown to anyone.
 */
export function searchTextOf(parts: SearchTextParts): string {
  const plain = foldCharacters([...contextLines(parts), parts.text].join('\n'));
  return withHiddenWords(plain, (run) => `${pairsOf(run)} ${[...run].join(' ')}`);
}

/**
 * A query as words for BM25, widened by the same rules as {@link searchTextOf}. Plain text, never a query language;
 * at most {@link MAX_QUERY_WORDS} words, empty when the query holds no letter or digit.
 */
export function queryTermsOf(query: string): string {
  const plain = foldCharacters(query.slice(0, MAX_QUERY_LENGTH));
  const words = withHiddenWords(plain, pairsOf).match(WORDS) ?? [];
  return words.slice(0, MAX_QUERY_WORDS).join(' ');
}

/** Words of a query beyond this number are dropped: a keyword search costs time per word. */
export const MAX_QUERY_WORDS = 512;

// Long enough for every word that can count; spares the expansion of a query of megabytes.
const MAX_QUERY_LENGTH = 20_000;

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

function withHiddenWords(text: string, expandRun: (run: string) => string): string {
  const hidden = splitIdentifiers(text);
  const signs = signWords(text);
  const spaced = text.replace(UNSPACED_RUN, (run) => ` ${expandRun(run)} `);
  return [spaced, hidden, signs].filter((part) => part !== '').join('\n');
}

/** Scripts written without spaces between words, and Hangul, whose words carry their particles with them. */
const UNSPACED_RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]+/gu;

function pairsOf(run: string): string {
  const characters = [...run];
  if (characters.length < 2) return run;
  const pairs: string[] = [];
  for (let at = 1; at < characters.length; at++) pairs.push(`${characters[at - 1] ?? ''}${characters[at] ?? ''}`);
  return pairs.join(' ');
}

/** NFKC (ligatures of PDFs, full-width letters, composed accents); zero-width spaces part words, soft hyphens and the like vanish. */
function foldCharacters(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll('\u200b', ' ')
    .replace(/\p{Cf}/gu, '');
}

/** Names that differ from others only in signs which a word tokenizer drops. */
const SIGN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/(?<![\p{L}\p{N}])c\+\+/iu, 'cplusplus'],
  [/(?<![\p{L}\p{N}])c#/iu, 'csharp'],
  [/(?<![\p{L}\p{N}])f#/iu, 'fsharp'],
  [/(?<![\p{L}\p{N}])\.net(?![\p{L}\p{N}])/iu, 'dotnet'],
];

function signWords(text: string): string {
  return SIGN_NAMES.filter(([pattern]) => pattern.test(text))
    .map(([, word]) => word)
    .join(' ');
}
