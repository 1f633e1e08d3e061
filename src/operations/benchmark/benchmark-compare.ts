import { z } from 'zod';
import { toTable } from '../../core/benchmark/report-text.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { runIdsField, seedField } from './benchmark-fields.js';
import { reportShape, toReportShape } from './report-shape.js';

export const benchmarkCompare = defineOperation({
  name: 'benchmark_compare',
  summary: 'Compare runs',
  description:
    'Compares runs of one suite: paired randomization test, bootstrap interval, wins, ties and losses, p values corrected by Holm, and the queries that moved most with both rankings. difference and verdict are of b against a, the later run against the earlier.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'GET', path: '/benchmarks/compare' },
  takesTurn: true,
  cli: { command: ['benchmark', 'compare'], positional: ['runs'] },
  input: z.strictObject({
    runs: runIdsField.default([]),
    metric: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe('Metric by which queries moved; default the first one of the runs.'),
    moved: z.number().int().min(0).max(100).default(10).describe('How many moved queries to show.'),
    perQuery: z.boolean().default(false).describe('Give the scores of every query too.'),
    seed: seedField,
  }),
  output: reportShape,
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'RUN_INVALID', 'PATH_NOT_FOUND', 'SUITE_INVALID'],
  examples: [{ runs: ['run_unknown'] }],
  async run({ services, door }, input) {
    const { runs, ...options } = input;
    return toReportShape(
      await (await services.benchmark()).report(runs, { ...options, reach: reachOf({ services, door }) }),
    );
  },
  render: toTable,
});
