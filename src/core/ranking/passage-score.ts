import type { NameMatch } from '../text/names.js';
import type { ParsedQuery } from '../text/query.js';
import { queryTermsOf, TERM_DIVIDER } from '../text/search-text.js';
import { type AskedForm, formFactor } from './asked-form.js';
import { scoreBm25, type TermWeights, weightShare } from './bm25.js';
import { type DocumentKind, kindFactor } from './document-kind.js';
import type { PassageTerms } from './read-passage.js';

/** What a passage is worth for a query, part by part; its score is their sum, times `kind` and `form`. */
export interface PassageScore {
  /** BM25 as a share of what no text can reach, 0 to 1; null where no term of the query occurs or none was asked for. */
  readonly keyword: number | null;
  /** BM25 itself. */
  readonly bm25: number | null;
  /** Part of the query's weight, 0 to 1, that stands in the passage at all. */
  readonly coverage: number;
  /** For words that stand in the query's own order. */
  readonly order: number;
  /** For words that stand in the nearest heading. */
  readonly heading: number;
  /** For a document that is called so. */
  readonly name: number;
  /** Part that the kind of document leaves, 0 to 1. */
  readonly kind: number;
  /** Part that is left of a page where a program is asked for, and the other way round, 0 to 1. */
  readonly form: number;
}

/** Most that the query's own word order adds. */
export const ORDER_WEIGHT = 0.04;
/** What a nearest heading adds that holds all of the query's weight. */
export const HEADING_WEIGHT = 0.05;
/** What a document gains that is called what was typed: enough to come before any other. */
const NAME_WEIGHT: Readonly<Record<NameMatch, number>> = { spelled: 2.1, called: 2, folder: 0.05, none: 0 };
/** The same for a name within a longer query. */
const INNER_NAME_SHARE = 0.5;

/** Whether a passage holds every phrase that was typed in quotation marks, and nothing that was excluded, by its search text. */
export function isAdmitted(searchText: string, { excluded, phrases }: ParsedQuery): boolean {
  if (excluded.length + phrases.length === 0) return true;
  const [words = '', ...added] = searchText.split(TERM_DIVIDER);
  const sequence = words.split(' ');
  if (excluded.length > 0) {
    const all = new Set([...sequence, ...added.join(TERM_DIVIDER).split(' ')]);
    if (excluded.some((group) => group.every((term) => all.has(term)))) return false;
  }
  return phrases.every((phrase) => holdsPhrase(phrase, sequence));
}

/** Whether the terms of a phrase stand in the text in a row. */
function holdsPhrase(phrase: readonly string[], text: readonly string[]): boolean {
  return text.some((_, at) => phrase.every((term, number) => text[at + number] === term));
}

/** What a passage is scored with. */
export interface ScoringParts {
  readonly query: ParsedQuery;
  readonly weights: TermWeights;
  /** Length, in terms, of a usual chunk of the collection. */
  readonly pivotLength: number;
  readonly kind: DocumentKind;
  readonly isProgram: boolean;
  readonly askedForm: AskedForm;
  /** Nearest heading, or the title where there is none. */
  readonly heading: string;
  /** Whether the document is called what the whole query says, and what a part of it says. */
  readonly name: { readonly whole: NameMatch; readonly inner: NameMatch };
}

/** Scores what words, their order, names and the kind of document say; the vector leg is added by the blend. */
export function scorePassage(terms: PassageTerms, parts: ScoringParts): PassageScore {
  const { weights, pivotLength, heading, name } = parts;
  const bm25 = scoreBm25(terms, weights, pivotLength);
  return {
    keyword: bm25 > 0 ? bm25 / weights.ceiling : null,
    bm25: bm25 > 0 ? bm25 : null,
    coverage: weightShare([...terms.counts.keys()], weights),
    heading: HEADING_WEIGHT * weightShare(headingTerms(heading), weights),
    order: ORDER_WEIGHT * terms.order,
    name: Math.max(NAME_WEIGHT[name.whole], NAME_WEIGHT[name.inner] * INNER_NAME_SHARE),
    ...factors(parts),
  };
}

/** A document that is called what was typed is asked for, whatever it is. */
function factors({ query, kind, isProgram, askedForm, name }: ScoringParts): Pick<PassageScore, 'kind' | 'form'> {
  return {
    kind: name.whole === 'none' ? kindFactor(kind, query.text) : 1,
    form: name.whole === 'none' && name.inner === 'none' ? formFactor(isProgram, askedForm, query.nameShare) : 1,
  };
}

/** Terms of headings that were met of late: the passages of a document share them, and so do queries. */
const knownHeadings = new Map<string, readonly string[]>();
const MOST_HEADINGS = 5_000;

function headingTerms(heading: string): readonly string[] {
  const known = knownHeadings.get(heading);
  if (known !== undefined) return known;
  const terms = queryTermsOf(heading);
  if (knownHeadings.size >= MOST_HEADINGS) knownHeadings.clear();
  knownHeadings.set(heading, terms);
  return terms;
}
