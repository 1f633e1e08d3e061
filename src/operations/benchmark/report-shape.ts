import { z } from 'zod';
import type { BenchmarkReport, ReportRun } from '../../core/benchmark/report.js';
import { SUITE_ORIGINS } from '../../core/benchmark/suite.js';

const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });

const ranking = z.array(z.object({ document: z.string(), grade: z.number().nullable() }));

/** Output: a run with its scores. */
export const runShape = z.object({
  id: z.string().nullable(),
  name: z.string(),
  mode: z.string(),
  fingerprint: z.string(),
  queries: z.number(),
  metrics: z.record(z.string(), interval),
  perQuery: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  timing: z
    .object({
      p50Ms: z.number(),
      p95Ms: z.number(),
      indexMs: z.number().nullable(),
      documents: z.number(),
      chunks: z.number(),
      bytesOnDisk: z.number(),
    })
    .nullable(),
  configuration: z.record(z.string(), z.json()),
  answerability: z.array(interval.extend({ tokens: z.number() })),
  abstention: z
    .object({
      signal: z.string(),
      answerable: z.number(),
      unanswerable: z.number(),
      auc: z.number(),
      calibrationError: z.number(),
      threshold: z.number(),
    })
    .nullable(),
  chunking: z
    .object({
      k: z.number(),
      queries: z.number(),
      recall: z.number(),
      precision: z.number(),
      iou: z.number(),
      precisionOmega: z.number(),
    })
    .nullable(),
  stale: z.array(z.object({ queryId: z.string(), documentId: z.string(), reason: z.enum(['gone', 'changed']) })),
});

/** Output of run, score and compare. */
export const reportShape = z.object({
  suite: z.string(),
  origin: z.enum(SUITE_ORIGINS),
  runs: z.array(runShape),
  comparisons: z.array(
    z.object({
      a: z.string(),
      b: z.string(),
      metric: z.string(),
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      p: z.number(),
      pAdjusted: z.number(),
      wins: z.number(),
      ties: z.number(),
      losses: z.number(),
      verdict: z.enum(['better', 'worse', 'no evidence of a difference', 'identical']),
      queries: z.number(),
      pT: z.number(),
      detectable: z.number(),
    }),
  ),
  warnings: z.array(z.string()),
  moved: z.array(
    z.object({
      query: z.string(),
      text: z.string(),
      metric: z.string(),
      a: z.number(),
      b: z.number(),
      difference: z.number(),
      rankingA: ranking,
      rankingB: ranking,
    }),
  ),
});

type ReportOutput = z.output<typeof reportShape>;

/** Stale judgments told in an answer; the rest is counted in its warnings. */
const SHOWN_STALE = 50;

/** A report in the shape of {@link reportShape}. */
export function toReportShape(report: BenchmarkReport): ReportOutput {
  return {
    ...report,
    runs: report.runs.map(toRunShape),
    comparisons: report.comparisons.map((comparison) => ({ ...comparison })),
    warnings: [...report.warnings],
    moved: report.moved.map((query) => ({
      ...query,
      rankingA: [...query.rankingA],
      rankingB: [...query.rankingB],
    })),
  };
}

function toRunShape(run: ReportRun): ReportOutput['runs'][number] {
  const { perQuery, stale, ...rest } = run;
  return {
    ...rest,
    metrics: { ...run.metrics },
    // Rows are objects of numbers already; the copy only takes off `readonly`.
    ...(perQuery === undefined
      ? {}
      : { perQuery: Object.fromEntries(Object.entries(perQuery).map(([id, row]) => [id, { ...row }])) }),
    answerability: [...run.answerability],
    stale: stale.slice(0, SHOWN_STALE),
  };
}
