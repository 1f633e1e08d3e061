import type { RunScores } from '../metrics/score-run.js';
import { bootstrapMeans, type Interval } from '../statistics/bootstrap.js';
import type { JsonObject } from '../types.js';
import type { Abstention } from './abstention.js';
import { type Comparison, compareScores, type NamedScores } from './compare-scores.js';
import type { BudgetRecall, ChunkSummary, RunRecord, RunTiming, StaleJudgment } from './run-record.js';
import type { SuiteOrigin } from './suite.js';

/** A run as reports show it. */
export interface ReportRun {
  /** Id in the archive; null for a file from elsewhere. */
  readonly id: string | null;
  readonly name: string;
  readonly mode: string;
  readonly fingerprint: string;
  /** Number of queries averaged over. */
  readonly queries: number;
  readonly metrics: Readonly<Record<string, Interval>>;
  /** Scores by query id and metric, where asked for. */
  readonly perQuery?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  readonly timing: RunTiming | null;
  readonly configuration: JsonObject;
  readonly answerability: readonly BudgetRecall[];
  readonly abstention: Abstention | null;
  readonly chunking: ChunkSummary | null;
  readonly stale: readonly StaleJudgment[];
}

/** A document in a ranking that is shown, with its grade where it was judged. */
export interface ShownDocument {
  readonly document: string;
  readonly grade: number | null;
}

/** A query that moved between two runs, with the top of both rankings. */
export interface MovedQuery {
  readonly query: string;
  readonly text: string;
  readonly metric: string;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  readonly rankingA: readonly ShownDocument[];
  readonly rankingB: readonly ShownDocument[];
}

/** What run, score and compare give. */
export interface BenchmarkReport {
  readonly suite: string;
  /** `mined` numbers flatter and are marked wherever they are shown. */
  readonly origin: SuiteOrigin;
  readonly runs: readonly ReportRun[];
  readonly comparisons: readonly Comparison[];
  readonly warnings: readonly string[];
  /** Queries that moved most between the first run and the last; empty for a single run. */
  readonly moved: readonly MovedQuery[];
}

/** Seed of every resampling unless a caller chooses another. */
export const DEFAULT_SEED = 20_261_122;

/** More runs than this are compared with the first one only: the correction for all pairs would drown every finding. */
const ALL_PAIRS_UP_TO = 4;

/** Metrics that say how the judging was, not how the search was; they are never compared. */
function isQuality(metric: string): boolean {
  return !metric.startsWith('judged');
}

/** Means with their 95% intervals, by metric. */
export function summarizeScores(scores: RunScores, seed: number): Record<string, Interval> {
  const names = [...scores.values.keys()];
  const intervals = bootstrapMeans([...scores.values.values()], { seed });
  return Object.fromEntries(names.map((name, i) => [name, intervals[i] ?? { mean: 0, low: 0, high: 0 }]));
}

/** Compares the runs of one report, all p values corrected together. */
export function compareRuns(runs: readonly NamedScores[], seed: number): Comparison[] {
  const [first] = runs;
  if (first === undefined || runs.length < 2) return [];
  const shared = [...first.scores.values.keys()].filter((metric) => runs.every((run) => run.scores.values.has(metric)));
  return compareScores(runs, shared.filter(isQuality), {
    seed,
    pairing: runs.length > ALL_PAIRS_UP_TO ? 'first' : 'all',
  });
}

/** Scores by query, then metric. */
export function perQueryOf(scores: RunScores): Record<string, Record<string, number>> {
  const rows = scores.queries.map((query, row): [string, Record<string, number>] => [
    query,
    Object.fromEntries([...scores.values].map(([metric, column]) => [metric, column[row] ?? 0])),
  ]);
  return Object.fromEntries(rows);
}

/** An archived run in a report. */
export function toReportRun(record: RunRecord, scores?: RunScores): ReportRun {
  const { id, name, mode, fingerprint, queries, metrics, timing, configuration } = record;
  const { answerability, abstention, chunking, stale } = record;
  const shown = { id, name, mode, fingerprint, queries, metrics, timing, configuration };
  const measured = { answerability, abstention, chunking, stale };
  return scores === undefined ? { ...shown, ...measured } : { ...shown, perQuery: perQueryOf(scores), ...measured };
}
