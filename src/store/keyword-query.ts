import type { BooleanQuery, MatchQuery } from '@lancedb/lancedb';
import type { Engine } from './engine.js';

/** Most words of one keyword query; what follows is left out. */
export const MAX_QUERY_WORDS = 512;

/** English words that the index leaves out, and words whose stem is one: they find nothing. */
const FUNCTION_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with its theirs being'.split(
    ' ',
  ),
);

/** A group of words that all occur `count` times in the query. */
export interface WordGroup {
  readonly count: number;
  readonly words: readonly string[];
}

/**
 * The words of a query, grouped by how often each occurs. LanceDB counts a repeated query word once where BM25 counts
 * it as often as it stands there; grouping gives the weight back (docs/decisions/0002-bm25.md).
 */
export function groupWords(terms: string): WordGroup[] {
  const counts = new Map<string, number>();
  for (const [word] of terms.toLowerCase().matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    if (counts.size >= MAX_QUERY_WORDS && !counts.has(word)) continue;
    if (!FUNCTION_WORDS.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const groups = new Map<number, string[]>();
  for (const [word, count] of counts) {
    const words = groups.get(count);
    if (words === undefined) groups.set(count, [word]);
    else words.push(word);
  }
  return [...groups].sort(([first], [second]) => first - second).map(([count, words]) => ({ count, words }));
}

/**
 * The query object for these terms; undefined when they hold no word. A plain `MatchQuery` is several times faster than
 * a `BooleanQuery`, which is taken where words repeat, or where nothing is indexed yet: over rows that no index covers
 * a plain one returns the first matches instead of the best.
 */
export function keywordQuery(
  engine: Engine,
  column: string,
  terms: string,
  isIndexed: boolean,
): MatchQuery | BooleanQuery | undefined {
  const { MatchQuery, BooleanQuery, Occur } = engine.lance;
  const matches = groupWords(terms).map(
    ({ count, words }) => new MatchQuery(words.join(' '), column, { boost: count }),
  );
  const [first] = matches;
  if (first === undefined) return undefined;
  if (matches.length === 1 && isIndexed) return first;
  return new BooleanQuery(matches.map((match) => [Occur.Should, match]));
}
