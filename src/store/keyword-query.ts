import type { BooleanQuery, FullTextQuery, MatchQuery, Occur } from '@lancedb/lancedb';
import type { KeywordQuery } from '../core/keyword-port.js';
import type { Engine } from './engine.js';

/** Most different terms of one keyword query; what follows is left out. */
export const MAX_QUERY_TERMS = 512;

/** A group of terms that all occur `count` times in the query. */
export interface TermGroup {
  readonly count: number;
  readonly terms: readonly string[];
}

/** The terms of a query without those that are left out, as often as it has them. */
export function searchedTerms(terms: readonly string[]): string[] {
  const distinct = new Set(terms.filter((term) => term !== ''));
  const searched = new Set([...distinct].slice(0, MAX_QUERY_TERMS));
  return terms.filter((term) => searched.has(term));
}

/**
 * The terms of a query, grouped by how often each occurs. LanceDB counts a repeated query term once where BM25 counts
 * it as often as it stands there; grouping gives the weight back (docs/decisions/0002-bm25.md).
 */
export function groupTerms(terms: readonly string[]): TermGroup[] {
  const counts = new Map<string, number>();
  for (const term of searchedTerms(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const groups = new Map<number, string[]>();
  for (const [term, count] of counts) {
    const group = groups.get(count);
    if (group === undefined) groups.set(count, [term]);
    else group.push(term);
  }
  return [...groups].sort(([first], [second]) => first - second).map(([count, group]) => ({ count, terms: group }));
}

/** Whether there is anything to search for. */
export function hasTerm(terms: readonly string[]): boolean {
  return terms.some((term) => term !== '');
}

/**
 * The query object for terms that {@link hasTerm}. A plain `MatchQuery` is several times faster than a `BooleanQuery`,
 * which is taken where terms repeat, are required or excluded, or where nothing is indexed yet: over rows that no index
 * covers a plain one returns the first matches instead of the best.
 */
export function keywordQuery(
  engine: Engine,
  column: string,
  query: KeywordQuery,
  isIndexed: boolean,
): MatchQuery | BooleanQuery {
  const { MatchQuery, BooleanQuery, Occur } = engine.lance;
  const matches = groupTerms(query.terms).map(
    ({ count, terms }) => new MatchQuery(terms.join(' '), column, { boost: count }),
  );
  const [first] = matches;
  const clauses: [Occur, FullTextQuery][] = [
    ...matches.map((match): [Occur, FullTextQuery] => [Occur.Should, match]),
    ...(query.required ?? []).map((term): [Occur, FullTextQuery] => [Occur.Must, new MatchQuery(term, column)]),
    ...(query.excluded ?? []).map((term): [Occur, FullTextQuery] => [Occur.MustNot, new MatchQuery(term, column)]),
  ];
  return first !== undefined && clauses.length === 1 && isIndexed ? first : new BooleanQuery(clauses);
}
