import { z } from 'zod';
import { SUITE_ORIGINS } from '../../core/benchmark/suite.js';
import { defineOperation } from '../define.js';

export const benchmarkHistory = defineOperation({
  name: 'benchmark_history',
  summary: 'List benchmark runs',
  description: 'Lists kept runs, newest first, with their first metrics, fingerprint and the job that made them.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'GET', path: '/benchmarks/runs' },
  takesTurn: true,
  cli: { command: ['benchmark', 'history'] },
  input: z.strictObject({
    suite: z.string().min(1).max(200).optional().describe('Only runs of this suite.'),
    specialist: z.string().min(1).max(200).optional().describe('Only runs with the settings of this specialist.'),
    limit: z.number().int().min(1).max(200).default(20).describe('Most runs to list, 1 to 200.'),
    offset: z.number().int().min(0).max(100_000).default(0).describe('Runs to pass over.'),
  }),
  output: z.object({
    total: z.number(),
    runs: z.array(
      z.object({
        id: z.string(),
        job: z.string(),
        name: z.string(),
        mode: z.string(),
        suite: z.string(),
        origin: z.enum(SUITE_ORIGINS),
        specialist: z.string().nullable(),
        fingerprint: z.string(),
        createdAt: z.string(),
        queries: z.number(),
        metrics: z.record(z.string(), z.number()),
        trecFile: z.string(),
      }),
    ),
  }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  async run({ services }, input) {
    const runs = await (await services.benchmark()).history({ suite: input.suite, specialist: input.specialist });
    const page = runs.slice(input.offset, input.offset + input.limit);
    return {
      total: runs.length,
      runs: page.map(
        ({ id, job, name, mode, suite, origin, specialist, fingerprint, createdAt, queries, metrics, trecFile }) => ({
          ...{ id, job, name, mode, suite, origin, specialist, fingerprint, createdAt, queries, trecFile },
          metrics: Object.fromEntries(Object.entries(metrics).map(([metric, interval]) => [metric, interval.mean])),
        }),
      ),
    };
  },
  render: (output) => {
    if (output.runs.length === 0) return 'No benchmark has been run yet. Start one with benchmark_run.';
    const lines = output.runs.map((run) => {
      const scores = Object.entries(run.metrics)
        .slice(0, 3)
        .map(([metric, mean]) => `${metric} ${mean.toFixed(4)}`);
      return `${run.id}  ${run.createdAt.slice(0, 16)}  ${run.suite}${run.origin === 'mined' ? ' (mined)' : ''}  ${run.name}: ${scores.join(', ')}  [job ${run.job}, fingerprint ${run.fingerprint}]`;
    });
    return `${output.total} runs\n${lines.join('\n')}`;
  },
});
