import { z } from 'zod';
import { toCsv, toLatex, toMarkdown } from '../../core/benchmark/report-files.js';
import { toTable } from '../../core/benchmark/report-text.js';
import { defineOperation } from '../define.js';
import { oneLineValues } from '../one-line-values.js';
import { reachOf } from '../reach-of.js';
import { runIdsField, seedField } from './benchmark-fields.js';
import { reportShape, toReportShape } from './report-shape.js';

const FORMATS = { table: toTable, markdown: toMarkdown, csv: toCsv, latex: toLatex } as const;

export const benchmarkReport = defineOperation({
  name: 'benchmark_report',
  summary: 'Report on runs',
  description:
    'Reports runs of one suite with intervals, comparisons, latency, answers within a token budget, abstention and chunk scores. Without ids: the last job. benchmark_export writes the same to a file, HTML with plots included.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'GET', path: '/benchmarks/report' },
  takesTurn: true,
  cli: { command: ['benchmark', 'report'], positional: ['runs'] },
  input: z.strictObject({
    runs: runIdsField.default([]),
    format: z
      .enum(['table', 'markdown', 'csv', 'latex'])
      .default('table')
      .describe('Form of the text: table, markdown, csv or latex.'),
    perQuery: z.boolean().default(false).describe('Give the scores of every query too.'),
    moved: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe('How many moved queries (first run against last) to show.'),
    seed: seedField,
  }),
  output: reportShape.extend({ text: z.string() }),
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'RUN_INVALID', 'PATH_NOT_FOUND', 'SUITE_INVALID'],
  // Made of values that fit into lines of their own already.
  quoted: ['text'],
  examples: [{ runs: ['run_unknown'] }],
  async run({ services, door }, input) {
    const { runs, format, ...options } = input;
    const report = await (await services.benchmark()).report(runs, { ...options, reach: reachOf({ services, door }) });
    return { ...toReportShape(report), text: FORMATS[format](oneLineValues(report)) };
  },
  render: (output) => output.text,
});
