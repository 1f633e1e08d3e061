import { basename } from 'node:path';
import { checkIds } from '../../core/benchmark/check-ids.js';
import { findMoved, type RankedRun } from '../../core/benchmark/moved-queries.js';
import {
  type BenchmarkReport,
  compareRuns,
  perQueryOf,
  type ReportRun,
  summarizeScores,
} from '../../core/benchmark/report.js';
import type { SuiteFiles } from '../../core/benchmark/suite.js';
import { sha256 } from '../../core/identity.js';
import type { Qrels } from '../../core/metrics/judgments.js';
import { DEFAULT_METRICS, type Metric, parseMetrics } from '../../core/metrics/parse-metric.js';
import { scoreRun } from '../../core/metrics/score-run.js';
import type { JsonObject } from '../../core/types.js';

/** Scoring of a run file. */
export interface ScoreRequest {
  /** Path of a TREC run. */
  readonly run: string;
  /** Path of TREC or BEIR judgments. */
  readonly qrels: string;
  /** Path of a run to compare with. */
  readonly against?: string | undefined;
  readonly metrics: readonly string[];
  readonly complete: boolean;
  readonly level: number;
  readonly perQuery: boolean;
  readonly seed: number;
}

/** Queries shown that moved most between two files. */
const SHOWN_MOVED = 10;

/** A file's scores with what is shown of it. */
interface ScoredFile extends RankedRun {
  readonly shown: ReportRun;
  readonly warnings: readonly string[];
}

/**
 * Scores any TREC run against any judgments, as trec_eval would, and compares it with another one where asked.
 * @throws QuarryError PATH_NOT_FOUND, RUN_INVALID, SUITE_INVALID, INPUT_INVALID for an unknown metric
 */
export async function scoreFile(files: SuiteFiles, request: ScoreRequest): Promise<BenchmarkReport> {
  const metrics = parseMetrics(request.metrics.length === 0 ? DEFAULT_METRICS : request.metrics);
  const qrels = await files.readQrels(request.qrels);
  const paths = request.against === undefined ? [request.run] : [request.against, request.run];
  const isApart = new Set(paths.map((path) => basename(path))).size === paths.length;
  const scored: ScoredFile[] = [];
  for (const path of paths) {
    const name = isApart ? basename(path) : path;
    scored.push(await scoreOne(files, { path, name }, { request, metrics, qrels }));
  }
  const [first, last] = [scored[0], scored[1]];
  const metric = metrics[0]?.name ?? '';
  return {
    suite: basename(request.qrels),
    origin: 'imported',
    warnings: scored.flatMap((file) =>
      file.warnings.map((warning) => (scored.length > 1 ? `${file.name}: ${warning}` : warning)),
    ),
    runs: scored.map((file) => file.shown),
    comparisons: compareRuns(scored, request.seed),
    moved:
      first === undefined || last === undefined
        ? []
        : findMoved(first, last, { metric, qrels, texts: new Map(), limit: SHOWN_MOVED }),
  };
}

async function scoreOne(
  files: SuiteFiles,
  file: { readonly path: string; readonly name: string },
  about: { readonly request: ScoreRequest; readonly metrics: readonly Metric[]; readonly qrels: Qrels },
): Promise<ScoredFile> {
  const { request, metrics, qrels } = about;
  const { complete, level, seed } = request;
  const { results, tag } = await files.readRun(file.path);
  const scores = scoreRun(results, qrels, { metrics, complete, level });
  const configuration: JsonObject = {
    qrels: sha256(JSON.stringify([...qrels].map(([query, judged]) => [query, [...judged]]))),
    metrics: metrics.map((metric) => metric.name),
    complete,
    level,
    seed,
    tag,
  };
  const shown: ReportRun = {
    id: null,
    name: file.name,
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
  };
  return { name: file.name, scores, results, shown, warnings: checkIds(results, qrels, { complete }) };
}
