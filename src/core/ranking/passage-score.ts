import type { NameMatch } from '../text/names.js';
import type { ParsedQuery } from '../text/query.js';
import { queryTermsOf, TERM_DIVIDER } from '../text/search-text.js';
import { COMMON_WORDS } from '../text/words.js';
import { type AskedForm, formFactor } from './asked-form.js';
import { scoreBm25, type TermCounts, type TermWeights, weightShare } from './bm25.js';
import { type DocumentKind, kindFactor } from './document-kind.js';
import { holdsPhrase, sharedOrder } from './word-order.js';

/** Terms of a chunk, read from its search text. */
export interface ChunkTerms {
  /** Words in the order of the text, common ones too. */
  readonly sequence: readonly string[];
  /** Terms that were added behind them. */
  readonly added: readonly string[];
}

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

/** Reads a search text as it was written by core/text/search-text, or by an earlier version of it. */
export function readTerms(searchText: string): ChunkTerms {
  const divider = searchText.indexOf(TERM_DIVIDER);
  if (divider < 0) return { sequence: splitTerms(searchText), added: [] };
  return { sequence: splitTerms(searchText.slice(0, divider)), added: splitTerms(searchText.slice(divider + 1)) };
}

function splitTerms(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

/** Whether a passage holds every phrase that was typed in quotation marks, and nothing that was excluded. */
export function isAdmitted({ sequence, added }: ChunkTerms, query: ParsedQuery): boolean {
  if (query.excluded.length > 0) {
    const all = new Set([...sequence, ...added]);
    if (query.excluded.some((group) => group.every((term) => all.has(term)))) return false;
  }
  return query.phrases.every((phrase) => holdsPhrase(phrase, sequence));
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
export function scorePassage(terms: ChunkTerms, parts: ScoringParts): PassageScore {
  const { query, weights, pivotLength, heading, name } = parts;
  const counted = countTerms(terms, parts);
  const bm25 = scoreBm25(counted, weights, pivotLength);
  return {
    keyword: bm25 > 0 ? bm25 / weights.ceiling : null,
    bm25: bm25 > 0 ? bm25 : null,
    coverage: weightShare([...counted.counts.keys()], weights),
    heading: HEADING_WEIGHT * weightShare(headingTerms(heading), weights),
    order: ORDER_WEIGHT * sharedOrder(query.sequence, terms.sequence),
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

/** What BM25 counts: added terms and words, common ones only where the query holds nothing else. */
function countTerms({ sequence, added }: ChunkTerms, { query, weights }: ScoringParts): TermCounts {
  const counts = new Map<string, number>();
  const count = (term: string): void => {
    if (weights.weights.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  };
  let length = added.length;
  for (const term of sequence) {
    if (!query.isAllCommon && COMMON_WORDS.has(term)) continue;
    length += 1;
    count(term);
  }
  for (const term of added) count(term);
  return { counts, length };
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
