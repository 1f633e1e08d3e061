import { foldCharacters } from './fold-word.js';
import { queryTermsOf } from './search-text.js';
import { COMMON_WORDS, termsInOrder } from './words.js';

/** A query as the two legs and the ranking need it. */
export interface ParsedQuery {
  /** What was typed without its signs, for the embedder, the reranker and names. */
  readonly text: string;
  /** Terms to score by, common words left out unless there is nothing else; repeated as often as typed. */
  readonly terms: readonly string[];
  /** Whether it holds nothing but common words, which then count. */
  readonly isAllCommon: boolean;
  /** Part of its words, 0 to 1, that are names and numbers: `1.2.10`, `task_acks_late`, `--dry-run`. */
  readonly nameShare: number;
  /** All words in their order, common ones too: what an exact phrase is compared with. */
  readonly sequence: readonly string[];
  /** Phrases that were typed in quotation marks, as sequences of terms: a passage must hold each in a row. */
  readonly phrases: readonly (readonly string[])[];
  /** Words behind a minus sign, each as its terms: a passage that holds all terms of one is left out. */
  readonly excluded: readonly (readonly string[])[];
  /** The excluded words as they were typed. */
  readonly excludedWords: readonly string[];
}

const QUOTED =
  /(-?)["\u201c\u201d\u201e\u00ab\u00bb]([^"\u201c\u201d\u201e\u00ab\u00bb]+)["\u201c\u201d\u201e\u00ab\u00bb]/gu;
/** A minus sign before a word of two letters or more, at the start or behind white space: `-v`, `-1` and `--all` are text. */
const MINUS = /(?<=^|\s)-(?=\p{L}[^\s]*[\p{L}\p{N}])([^\s"]+)/gu;

/** A query of more words is prose that quotes and dashes as prose does. */
const MAX_SIGNED_WORDS = 24;

/**
 * Reads the few signs of a query: `"a phrase"` must stand so, `-word` must not stand. Everything else is words, never a
 * query language. A query that only excludes, and one of more than {@link MAX_SIGNED_WORDS} words, is read as words.
 */
export function parseQuery(query: string): ParsedQuery {
  if (query.trim().split(/\s+/, MAX_SIGNED_WORDS + 1).length > MAX_SIGNED_WORDS)
    return parsed({ text: query, phrases: [], excludedWords: [] });
  const phrases: string[] = [];
  const excludedWords: string[] = [];
  const unquoted = query.replace(QUOTED, (_all, minus: string, inner: string) => {
    (minus === '' ? phrases : excludedWords).push(inner);
    return minus === '' ? ` ${inner} ` : ' ';
  });
  const text = unquoted.replace(MINUS, (_all, word: string) => {
    excludedWords.push(word);
    return ' ';
  });
  const terms = queryTermsOf(text);
  if (terms.length === 0 && excludedWords.length > 0) return parsed({ text: query, phrases: [], excludedWords: [] });
  return parsed({ text, phrases, excludedWords });
}

function parsed(parts: { text: string; phrases: readonly string[]; excludedWords: readonly string[] }): ParsedQuery {
  const all = queryTermsOf(parts.text);
  const meaningful = all.filter((term) => !COMMON_WORDS.has(term));
  const termLists = (texts: readonly string[], read: (text: string) => string[]) =>
    texts.map(read).filter((terms) => terms.length > 0);
  return {
    text: parts.text.replace(/\s+/g, ' ').trim(),
    terms: meaningful.length > 0 ? meaningful : all,
    isAllCommon: meaningful.length === 0,
    nameShare: nameShareOf(parts.text),
    sequence: sequenceOf(parts.text),
    phrases: termLists(parts.phrases, sequenceOf),
    excluded: termLists(parts.excludedWords, (word) => queryTermsOf(word)),
    excludedWords: parts.excludedWords,
  };
}

/** A word with a digit, or with a sign between letters. */
const NAME_WORD = /\p{N}|[\p{L}\p{N}][._/:@=-]+[\p{L}\p{N}]|^--?\p{L}/u;

function nameShareOf(text: string): number {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && !COMMON_WORDS.has(word.toLowerCase()));
  return words.length === 0 ? 0 : words.filter((word) => NAME_WORD.test(word)).length / words.length;
}

function sequenceOf(text: string): string[] {
  return termsInOrder(foldCharacters(text)).slice(0, MAX_SEQUENCE);
}

const MAX_SEQUENCE = 512;
