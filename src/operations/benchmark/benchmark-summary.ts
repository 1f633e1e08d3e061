import { z } from 'zod';
import { headline } from '../../core/benchmark/report-text.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { runIdsField, seedField } from './benchmark-fields.js';
import { reportShape, toReportShape } from './report-shape.js';

export const benchmarkSummary = defineOperation({
  name: 'benchmark_summary',
  summary: 'Explain a benchmark',
  description:
    'Says what runs show and what to do about it: every piece of advice follows from a number that is named with it. Without ids: the last job.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'GET', path: '/benchmarks/summary' },
  takesTurn: true,
  cli: { command: ['benchmark', 'summary'], positional: ['runs'] },
  input: z.strictObject({ runs: runIdsField.default([]), seed: seedField }),
  output: reportShape.extend({ advice: z.array(z.object({ finding: z.string(), suggestion: z.string() })) }),
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'RUN_INVALID', 'PATH_NOT_FOUND', 'SUITE_INVALID'],
  examples: [{ runs: ['run_unknown'] }],
  async run({ services, door }, input) {
    const { report, advice } = await (await services.benchmark()).summary(input.runs, {
      seed: input.seed,
      reach: reachOf({ services, door }),
    });
    return { ...toReportShape(report), advice };
  },
  render: (output) => {
    const lines = output.advice.map(({ finding, suggestion }) => `- ${finding}\n  ${suggestion}`);
    const scores = output.runs.map(
      (run) =>
        `  ${run.name}: ${Object.entries(run.metrics)
          .map(([metric, interval]) => `${metric} ${interval.mean.toFixed(4)}`)
          .join(', ')}`,
    );
    return [headline(output), ...output.warnings.map((warning) => `WARNING: ${warning}`), ...scores, ...lines].join(
      '\n',
    );
  },
});
