import type { Qrels, RunResults } from '../metrics/judgments.js';
import { rankDocuments } from '../metrics/rank-documents.js';
import type { NamedScores } from './compare-scores.js';
import { pairScores } from './compare-scores.js';
import type { MovedQuery, ShownDocument } from './report.js';

/** Documents shown of each ranking. */
const SHOWN = 5;

/** A run with its rankings. */
export interface RankedRun extends NamedScores {
  readonly results: RunResults;
}

/** The queries whose score changed most from a to b, largest change first, ties by id; those without change are left out. */
export function findMoved(
  a: RankedRun,
  b: RankedRun,
  about: {
    readonly metric: string;
    readonly qrels: Qrels;
    readonly texts: ReadonlyMap<string, string>;
    readonly limit: number;
  },
): MovedQuery[] {
  const { queries, differences } = pairScores(a.scores, b.scores, about.metric);
  const changes = queries
    .map((query, i) => ({ query, difference: differences[i] ?? 0 }))
    .filter((change) => Math.abs(change.difference) > 1e-9)
    .sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference) || (x.query < y.query ? -1 : 1));
  return changes.slice(0, about.limit).map(({ query, difference }) => ({
    query,
    text: about.texts.get(query) ?? '',
    metric: about.metric,
    a: scoreOf(a, query, about.metric),
    b: scoreOf(b, query, about.metric),
    difference,
    rankingA: topOf(a, query, about.qrels),
    rankingB: topOf(b, query, about.qrels),
  }));
}

function scoreOf(run: NamedScores, query: string, metric: string): number {
  return run.scores.values.get(metric)?.[run.scores.queries.indexOf(query)] ?? 0;
}

function topOf(run: RankedRun, query: string, qrels: Qrels): ShownDocument[] {
  const ranked = rankDocuments(run.results.get(query) ?? []).slice(0, SHOWN);
  return ranked.map(({ id }) => ({ document: id, grade: qrels.get(query)?.get(id) ?? null }));
}
