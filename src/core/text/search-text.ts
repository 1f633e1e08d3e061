import type { DocumentFormat } from '../types.js';
import { compoundTerms } from './compounds.js';
import { contextLines } from './embed-text.js';
import { foldCharacters } from './fold-word.js';
import { splitIdentifiers } from './identifiers.js';
import { termsInOrder, unspacedCharacters } from './words.js';

/** What is known of a chunk when its search text is made. */
export interface SearchTextParts {
  readonly title: string;
  /** Headings or enclosing symbols, outermost first. */
  readonly headingPath: readonly string[];
  /** The chunk's own text. */
  readonly text: string;
  readonly format: DocumentFormat;
}

/** Version of the rules of this room; a change means that stored search texts are stale. */
export const SEARCH_TEXT_VERSION = 3;

/** Parts the terms that stand in the order of the text from those that were added. */
export const TERM_DIVIDER = '\n';

/**
 * What BM25 indexes for a chunk, as terms between blanks: the words of title, heading path and text in their order, then,
 * behind {@link TERM_DIVIDER}, the words hidden in identifiers, names as one term, and single characters of scripts
 * without spaces. The engine splits at white space and changes nothing, so that text and query meet by these rules alone.
 */
export function searchTextOf(parts: SearchTextParts): string {
  const plain = foldCharacters([...contextLines(parts), parts.text].join('\n'));
  const added = [...addedTerms(plain), ...unspacedCharacters(plain)];
  return `${termsInOrder(plain).join(' ')}${TERM_DIVIDER}${added.join(' ')}`;
}

/** The terms of a query, by the same rules; repeated ones as often as they stand there. Empty when it holds no word. */
export function queryTermsOf(query: string): string[] {
  const plain = foldCharacters(query.slice(0, MAX_QUERY_LENGTH));
  return [...termsInOrder(plain), ...addedTerms(plain)].slice(0, MAX_QUERY_TERMS);
}

/** Terms of a query beyond this number are dropped: a keyword search costs time per term. */
export const MAX_QUERY_TERMS = 512;

// Long enough for every word that can count; spares the expansion of a query of megabytes.
const MAX_QUERY_LENGTH = 20_000;

function addedTerms(plain: string): string[] {
  return [...termsInOrder(splitIdentifiers(plain)), ...signTerms(plain), ...compoundTerms(plain)];
}

/** Names that differ from others only in signs which are no part of words. */
const SIGN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/(?<![\p{L}\p{N}])c\+\+/iu, 'c++'],
  [/(?<![\p{L}\p{N}])c#/iu, 'c#'],
  [/(?<![\p{L}\p{N}])f#/iu, 'f#'],
  [/(?<![\p{L}\p{N}])\.net(?![\p{L}\p{N}])/iu, '.net'],
];

/** What each of them holds; telling whether it stands alone takes longer. */
const SIGN_HINT = /[cf]#|c\+\+|\.net/i;

function signTerms(text: string): string[] {
  if (!SIGN_HINT.test(text)) return [];
  return SIGN_NAMES.filter(([pattern]) => pattern.test(text)).map(([, term]) => term);
}
