import type { RunScores } from '../metrics/score-run.js';
import { holm } from '../statistics/holm.js';
import { type Baseline, changedParts, scoresOf } from './baseline.js';
import { type Comparison, compareScores, describeComparison, SIGNIFICANCE } from './compare-scores.js';
import type { RunRecord } from './run-record.js';

/** Drop that is tolerated when nothing else is said. */
export const DEFAULT_TOLERANCE = 0.01;

/** What a gate found. */
export interface GateVerdict {
  readonly passed: boolean;
  readonly tolerance: number;
  readonly comparisons: readonly Comparison[];
  /** Drops that are both significant and larger than the tolerance. */
  readonly failures: readonly Comparison[];
  /** Parts of the configuration that are no longer those of the baseline. */
  readonly changed: readonly string[];
  /** What moved, in words. */
  readonly lines: readonly string[];
}

/**
 * Holds runs against a baseline, mode by mode. It fails only on a drop that is significant after Holm's correction over
 * everything compared AND larger than the tolerance; anything less is said, not punished.
 */
export function judgeGate(
  baseline: Baseline,
  runs: readonly { readonly record: RunRecord; readonly scores: RunScores }[],
  options: { readonly tolerance: number; readonly metrics: readonly string[]; readonly seed: number },
): GateVerdict {
  const pairs = baseline.runs.flatMap((before) => {
    const after = runs.find((run) => run.record.name === before.name);
    return after === undefined ? [] : [{ before, after }];
  });
  const raw = pairs.flatMap(({ before, after }) =>
    compareScores(
      [
        { name: `${before.name} (baseline)`, scores: scoresOf(before) },
        { name: before.name, scores: roundScores(after.scores) },
      ],
      options.metrics.filter((metric) => metric in before.values),
      { seed: options.seed },
    ),
  );
  const adjusted = holm(raw.map((comparison) => comparison.p));
  const comparisons = raw.map((comparison, i) => correct(comparison, adjusted[i] ?? 1));
  const failures = comparisons.filter(
    (comparison) => comparison.verdict === 'worse' && comparison.difference < -options.tolerance,
  );
  const changed = [
    ...new Set(pairs.flatMap(({ before, after }) => changedParts(before.configuration, after.record.configuration))),
  ];
  return {
    passed: failures.length === 0,
    tolerance: options.tolerance,
    comparisons,
    failures,
    changed: changed.sort(),
    lines: comparisons.map(describeComparison),
  };
}

/** The verdict after the correction over every mode, not over one mode's metrics alone. */
function correct(comparison: Comparison, pAdjusted: number): Comparison {
  if (comparison.verdict === 'identical') return { ...comparison, pAdjusted };
  const isSignificant = pAdjusted <= SIGNIFICANCE;
  const direction = comparison.difference > 0 ? 'better' : 'worse';
  return { ...comparison, pAdjusted, verdict: isSignificant ? direction : 'no evidence of a difference' };
}

/** Baselines hold four digits; the other side is rounded alike, so that nothing differs by rounding. */
function roundScores(scores: RunScores): RunScores {
  const values = [...scores.values].map(([metric, column]): [string, Float64Array] => [
    metric,
    column.map((value) => Number(value.toFixed(4))),
  ]);
  return { queries: scores.queries, values: new Map(values) };
}
