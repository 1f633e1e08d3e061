import { type Abstention, bestAbstention, measureAbstention } from '../../core/benchmark/abstention.js';
import { TOKEN_BUDGETS } from '../../core/benchmark/answerability.js';
import type { BudgetRecall, ChunkSummary, RunTiming } from '../../core/benchmark/run-record.js';
import { type Suite, UNANSWERABLE } from '../../core/benchmark/suite.js';
import type { Qrels, RunResults } from '../../core/metrics/judgments.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import { bootstrapMean, quantile } from '../../core/statistics/bootstrap.js';
import { mean } from '../../core/statistics/mean.js';
import type { AnchoredJudgments } from './anchor-judgments.js';
import { SCORED_CHUNKS, type SuiteOutcome, signalsOf } from './search-suite.js';

/** Judgments under the names that a run's documents have. */
export function judgmentsOf(judgments: AnchoredJudgments): Qrels {
  const renamed = [...judgments.qrels].map(([query, grades]): [string, Map<string, number>] => [
    query,
    new Map([...grades].map(([document, grade]) => [judgments.suiteIds.get(document) ?? document, grade])),
  ]);
  return new Map(renamed);
}

/** Result lists of the judged queries. */
export function resultsOf(outcome: SuiteOutcome, qrels: Qrels): RunResults {
  const judged = [...outcome].filter(([query]) => qrels.has(query));
  return new Map(judged.map(([query, { documents }]) => [query, documents]));
}

/** Latency percentiles of a pass. */
export function latencyOf(outcome: SuiteOutcome): Pick<RunTiming, 'p50Ms' | 'p95Ms'> {
  const times = Float64Array.from([...outcome.values()], (query) => query.elapsedMs).sort();
  return { p50Ms: round(quantile(times, 0.5)), p95Ms: round(quantile(times, 0.95)) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Share of reference spans read whole within each budget; empty for a suite without excerpts. */
export function answerabilityOf(outcome: SuiteOutcome, seed: number): BudgetRecall[] {
  const shares = [...outcome.values()].flatMap((query) => (query.answered === null ? [] : [query.answered]));
  if (shares.length === 0) return [];
  return TOKEN_BUDGETS.map((tokens, column) => {
    const values = shares.map((share) => share[column] ?? 0);
    return { tokens, ...bootstrapMean(values, { seed }) };
  });
}

/** Mean chunk scores; null for a suite without excerpts. */
export function chunkingOf(outcome: SuiteOutcome): ChunkSummary | null {
  const scores = [...outcome.values()].flatMap((query) => (query.chunks === null ? [] : [query.chunks]));
  if (scores.length === 0) return null;
  return {
    k: SCORED_CHUNKS,
    queries: scores.length,
    recall: mean(scores.map((score) => score.recall)),
    precision: mean(scores.map((score) => score.precision)),
    iou: mean(scores.map((score) => score.iou)),
    precisionOmega: mean(scores.map((score) => score.precisionOmega)),
  };
}

/** Whether the best score tells unanswerable queries apart; null for a suite without enough of them. */
export function abstentionOf(
  outcome: SuiteOutcome,
  suite: Suite,
  options: { readonly settings: RetrievalSettings; readonly seed: number },
): Abstention | null {
  const measures = signalsOf(options.settings).map((signal) => {
    const scores = (isUnanswerable: boolean): number[] =>
      suite.queries
        .filter((query) => (query.type === UNANSWERABLE) === isUnanswerable)
        .map((query) => outcome.get(query.id)?.topScores[signal] ?? 0);
    return measureAbstention(scores(false), scores(true), { signal, seed: options.seed });
  });
  return bestAbstention(measures) ?? null;
}
