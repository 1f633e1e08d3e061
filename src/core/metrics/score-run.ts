import { judgeRanking } from './judged-ranking.js';
import type { Qrels, RunResults } from './judgments.js';
import type { Metric } from './parse-metric.js';

/** How a run is scored. */
export interface ScoreOptions {
  readonly metrics: readonly Metric[];
  /** trec_eval's `-c`: judged queries that the run lacks count as 0. Default false: they are left out. */
  readonly complete?: boolean | undefined;
  /** trec_eval's `-l`: lowest grade that binary metrics take for relevant. Default 1. */
  readonly level?: number | undefined;
}

/** Scores of a run: one row per scored query, one column per metric. */
export interface RunScores {
  /** Queries that were averaged over, in the order of the judgments. */
  readonly queries: readonly string[];
  /** Scores by metric name, each as long as `queries`. */
  readonly values: ReadonlyMap<string, Float64Array>;
}

/**
 * Scores a run as trec_eval does: over the queries that occur in the run AND in the judgments (all judged queries with
 * `complete`), a query without relevant documents included, with 0.
 */
export function scoreRun(run: RunResults, qrels: Qrels, options: ScoreOptions): RunScores {
  const queries = [...qrels.keys()].filter((query) => options.complete === true || run.has(query));
  const values = new Map(options.metrics.map((metric) => [metric.name, new Float64Array(queries.length)]));
  queries.forEach((query, row) => {
    const ranking = judgeRanking(run.get(query) ?? [], qrels.get(query) ?? new Map(), options.level);
    for (const metric of options.metrics) {
      const column = values.get(metric.name);
      if (column !== undefined) column[row] = metric.score(ranking);
    }
  });
  return { queries, values };
}
