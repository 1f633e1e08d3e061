import { z } from 'zod';
import { SUITE_ORIGINS } from '../../core/benchmark/suite.js';
import { defineOperation } from '../define.js';

export const benchmarkSuites = defineOperation({
  name: 'benchmark_suites',
  summary: 'List benchmark suites',
  description:
    'Lists the benchmark suites that can be run by name: those of the workspace and those that ship with Quarry. Origin mined means made from structure: such numbers flatter. Suites that cannot be read are listed apart, with what is wrong.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'GET', path: '/benchmarks/suites' },
  cli: { command: ['benchmark', 'suites'] },
  input: z.strictObject({}),
  output: z.object({
    suites: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        origin: z.enum(SUITE_ORIGINS),
        place: z.enum(['workspace', 'bundled']),
        collection: z.string().nullable(),
        queries: z.number(),
        judgments: z.number(),
      }),
    ),
    damaged: z.array(z.object({ name: z.string(), place: z.enum(['workspace', 'bundled']), problem: z.string() })),
  }),
  errors: ['INPUT_INVALID', 'PATH_UNREADABLE'],
  examples: [{}],
  async run({ services }) {
    const { suites, damaged } = await (await services.benchmark()).suites();
    return {
      suites: suites.map(({ folder: _, ...suite }) => suite),
      damaged: damaged.map(({ folder: _, ...suite }) => suite),
    };
  },
  render: ({ suites, damaged }) =>
    [
      ...(suites.length === 0 ? ['No suites.'] : []),
      ...suites.map(
        (suite) =>
          `${suite.name} (${suite.place}, ${suite.origin}): ${suite.queries} queries, ${suite.judgments} judgments. ${suite.description}`,
      ),
      ...damaged.map((suite) => `! ${suite.name} (${suite.place}) cannot be read: ${suite.problem}`),
    ].join('\n'),
});
