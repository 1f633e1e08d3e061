import { z } from 'zod';
import { toTable } from '../../core/benchmark/report-text.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { metricsField, seedField } from './benchmark-fields.js';
import { reportShape, toReportShape } from './report-shape.js';

export const benchmarkScore = defineOperation({
  name: 'benchmark_score',
  summary: 'Score a run file',
  description:
    'Scores any TREC run (qid Q0 docid rank score tag, gzip too) against judgments in TREC or BEIR form, with the definitions of trec_eval: ties by document id descending, ranks ignored, mean over queries in both files (complete: over all judged ones).',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/score' },
  cli: { command: ['benchmark', 'score'] },
  input: z.strictObject({
    run: z.string().min(1).max(4000).describe('Path of the run file.'),
    qrels: z.string().min(1).max(4000).describe('Path of the judgments.'),
    against: z
      .string()
      .min(1)
      .max(4000)
      .optional()
      .describe('Path of another run file to compare with: a paired test, and the queries that moved.'),
    metrics: metricsField,
    complete: z.boolean().default(false).describe('Average over every judged query, missing ones as 0 (trec_eval -c).'),
    level: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Lowest grade that counts as relevant in binary metrics (trec_eval -l).'),
    perQuery: z.boolean().default(false).describe('Give the scores of every query too.'),
    seed: seedField,
  }),
  output: reportShape,
  errors: ['INPUT_INVALID', 'PATH_NOT_FOUND', 'PATH_UNREADABLE', 'RUN_INVALID', 'SUITE_INVALID', 'LIMIT_REACHED'],
  examples: [{ run: './no-such-run.trec', qrels: './no-such-qrels.tsv' }],
  async run({ services, door }, input) {
    return toReportShape(await (await services.benchmark()).score(input, reachOf({ services, door })));
  },
  render: toTable,
});
