import { z } from 'zod';
import type { Comparison } from '../../core/benchmark/compare-scores.js';
import { DEFAULT_SEED } from '../../core/benchmark/report.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { specialistName } from '../specialist-fields.js';
import { evidenceLines, evidenceShape, toEvidenceShape } from './evidence-shape.js';
import { renderSpecialist, specialistShape, toSpecialistShape } from './specialist-shape.js';

const comparisonShape = z.object({
  suite: z.string(),
  metric: z.string(),
  a: z.string(),
  b: z.string(),
  /** Of b beside a, with its interval, over the queries of both. */
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  /** Corrected for all that is compared. */
  p: z.number(),
});

export const specialistCompare = defineOperation({
  name: 'specialist_compare',
  summary: 'Compare specialists',
  description:
    'Sets specialists beside each other: what they may read, settings, learned parts and evidence; and, for every suite that was run as several of them, their paired differences with intervals and corrected p values. Run benchmark_run with each of them first.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/compare' },
  takesTurn: true,
  cli: { command: ['specialist', 'compare'], positional: ['names'] },
  input: z.strictObject({ names: z.array(specialistName).min(2).max(5).describe('Two to five specialists.') }),
  output: z.object({
    specialists: z.array(specialistShape.extend({ evidence: evidenceShape })),
    comparisons: z.array(comparisonShape),
  }),
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{ names: ['no-such-specialist', 'nor-this-one'] }],
  async run({ services, door }, { names }) {
    const { registry, evidence } = await services.specialists();
    const own = await Promise.all([...new Set(names)].map((name) => registry.get(name)));
    const known = await Promise.all(
      own.map(async (specialist) => ({ specialist, found: await evidence.of(specialist) })),
    );
    const ran = known.flatMap(({ found }) => found.suites);
    const benchmark = await services.benchmark();
    const comparisons: z.output<typeof comparisonShape>[] = [];
    for (const suite of new Set(ran.map((one) => one.suite))) {
      const runs = ran.filter((one) => one.suite === suite).map(({ run }) => run);
      if (runs.length < 2) continue;
      const options = { perQuery: false, moved: 0, seed: DEFAULT_SEED, reach: reachOf({ services, door }) };
      for (const one of (await benchmark.report(runs, options)).comparisons) comparisons.push(toComparison(suite, one));
    }
    return {
      comparisons,
      specialists: known.map(({ specialist, found }) => ({
        ...toSpecialistShape(specialist),
        evidence: toEvidenceShape(found),
      })),
    };
  },
  render: ({ specialists, comparisons }) =>
    [
      ...specialists.map(({ evidence, ...specialist }) =>
        [renderSpecialist({ ...specialist, past: [] }), ...evidenceLines(evidence)].join('\n'),
      ),
      ...comparisons.map(
        ({ suite, metric, a, b, difference, low, high, p }) =>
          `${suite} ${metric}: ${b} beside ${a} ${difference >= 0 ? '+' : ''}${difference.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}], p ${p.toFixed(4)}`,
      ),
    ].join('\n\n'),
});

function toComparison(suite: string, comparison: Comparison): z.output<typeof comparisonShape> {
  const { metric, a, b, difference, low, high, pAdjusted } = comparison;
  return { suite, metric, a, b, difference, low, high, p: pAdjusted };
}
