import { basename } from 'node:path';
import { checkIds } from '../../core/benchmark/check-ids.js';
import { type BenchmarkReport, perQueryOf, summarizeScores } from '../../core/benchmark/report.js';
import type { SuiteFiles } from '../../core/benchmark/suite.js';
import { sha256 } from '../../core/identity.js';
import { DEFAULT_METRICS, parseMetrics } from '../../core/metrics/parse-metric.js';
import { scoreRun } from '../../core/metrics/score-run.js';

/** Scoring of a run file. */
export interface ScoreRequest {
  /** Path of a TREC run. */
  readonly run: string;
  /** Path of TREC or BEIR judgments. */
  readonly qrels: string;
  readonly metrics: readonly string[];
  readonly complete: boolean;
  readonly level: number;
  readonly perQuery: boolean;
  readonly seed: number;
}

/**
 * Scores any TREC run against any judgments, as trec_eval would.
 * @throws QuarryError PATH_NOT_FOUND, RUN_INVALID, SUITE_INVALID, INPUT_INVALID for an unknown metric
 */
export async function scoreFile(files: SuiteFiles, request: ScoreRequest): Promise<BenchmarkReport> {
  const metrics = parseMetrics(request.metrics.length === 0 ? DEFAULT_METRICS : request.metrics);
  const qrels = await files.readQrels(request.qrels);
  const { results, tag } = await files.readRun(request.run);
  const { complete, level, seed } = request;
  const scores = scoreRun(results, qrels, { metrics, complete, level });
  const configuration = {
    qrels: sha256(JSON.stringify([...qrels].map(([query, judged]) => [query, [...judged]]))),
    metrics: metrics.map((metric) => metric.name),
    complete,
    level,
    seed,
    tag,
  };
  return {
    suite: basename(request.qrels),
    origin: 'imported',
    warnings: checkIds(results, qrels, { complete }),
    comparisons: [],
    moved: [],
    runs: [
      {
        id: null,
        name: basename(request.run),
        mode: 'file',
        fingerprint: sha256(JSON.stringify(configuration)).slice(0, 16),
        queries: scores.queries.length,
        metrics: summarizeScores(scores, seed),
        ...(request.perQuery ? { perQuery: perQueryOf(scores) } : {}),
        timing: null,
        configuration,
        answerability: [],
        abstention: null,
        chunking: null,
        stale: [],
      },
    ],
  };
}
