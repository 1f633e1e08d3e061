import type { Interval } from '../statistics/bootstrap.js';
import type { JsonObject } from '../types.js';
import type { Abstention } from './abstention.js';
import type { ChunkScores } from './chunk-scores.js';
import type { SuiteOrigin } from './suite.js';

/** What a run cost. */
export interface RunTiming {
  /** Median and 95th percentile of one search, in milliseconds of wall time. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Wall time of making the index; null when an index from before was used. */
  readonly indexMs: number | null;
  readonly documents: number;
  readonly chunks: number;
  readonly bytesOnDisk: number;
}

/** Share of reference spans that a reader with this budget gets whole. */
export interface BudgetRecall extends Interval {
  readonly tokens: number;
}

/** Chunk scores averaged over the queries with excerpts, for the best `k` chunks of each. */
export interface ChunkSummary extends ChunkScores {
  readonly k: number;
  readonly queries: number;
}

/** A judgment that the collection no longer bears out; it takes no part in scores. */
export interface StaleJudgment {
  readonly queryId: string;
  readonly documentId: string;
  readonly reason: 'gone' | 'changed';
}

/** Everything kept of a run but its per-query scores. */
export interface RunRecord {
  readonly id: string;
  /** Job that made it; runs of one job belong to one report. */
  readonly job: string;
  /** Name within its report, for instance `hybrid` or `hybrid alpha=0.5`. */
  readonly name: string;
  readonly mode: string;
  readonly suite: string;
  /** Folder of the suite, to open it again. */
  readonly folder: string;
  readonly split: string;
  readonly origin: SuiteOrigin;
  /** Specialist whose settings were used; null otherwise. */
  readonly specialist: string | null;
  /** sha256 over the configuration, 16 digits: equal configurations give equal fingerprints. */
  readonly fingerprint: string;
  /** Suite, corpus, model, chunker, settings, version, seed. */
  readonly configuration: JsonObject;
  readonly createdAt: string;
  readonly queries: number;
  readonly metrics: Readonly<Record<string, Interval>>;
  readonly timing: RunTiming | null;
  readonly answerability: readonly BudgetRecall[];
  readonly abstention: Abstention | null;
  readonly chunking: ChunkSummary | null;
  readonly stale: readonly StaleJudgment[];
  readonly warnings: readonly string[];
  /** Path of the TREC run file. */
  readonly trecFile: string;
}
