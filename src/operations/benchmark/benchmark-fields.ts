import { z } from 'zod';
import { DEFAULT_SEED } from '../../core/benchmark/report.js';
import { METRIC_NAMES } from '../../core/metrics/parse-metric.js';
import { RETRIEVAL_MODES } from '../../core/retrieval/settings.js';

/** Input: a suite. */
export const suiteField = z
  .string()
  .min(1)
  .max(4000)
  .describe('Name of a suite (see benchmark_suites) or path of a folder in BEIR layout.');

/** Input: metrics. */
export const metricsField = z
  .array(z.string().min(1).max(60))
  .max(30)
  .default([])
  .describe(
    `Metrics, for instance ${METRIC_NAMES}. Default: ndcg@10, map, mrr, p@5, recall@100, success@1, judged@10.`,
  );

/** Input: modes. */
export const modesField = z
  .array(z.enum(RETRIEVAL_MODES))
  .min(1)
  .max(3)
  .default([...RETRIEVAL_MODES])
  .describe('Retrieval modes to run: keyword, vector, hybrid. Default: all three.');

/** Input: seed of every resampling. */
export const seedField = z
  .number()
  .int()
  .min(0)
  .max(4_294_967_295)
  .default(DEFAULT_SEED)
  .describe('Seed of resampling; the same seed gives the same intervals.');

/** Input: runs by id. */
export const runIdsField = z
  .array(z.string().min(1).max(200))
  .max(64)
  .describe('Ids of runs, or of the jobs that made them (see benchmark_history).');
