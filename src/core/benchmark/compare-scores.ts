import type { RunScores } from '../metrics/score-run.js';
import { bootstrapMean } from '../statistics/bootstrap.js';
import { countWins } from '../statistics/count-wins.js';
import { detectableDifference } from '../statistics/detectable-difference.js';
import { holm } from '../statistics/holm.js';
import { pairedRandomization } from '../statistics/paired-randomization.js';
import { pairedT } from '../statistics/paired-t.js';

/** What the numbers allow to say of b against a. */
export type Verdict = 'better' | 'worse' | 'no evidence of a difference' | 'identical';

/** Level that a corrected p value must reach. */
export const SIGNIFICANCE = 0.05;

/** b against a on one metric, over the queries that both scored. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  /** Mean of b minus a. */
  readonly difference: number;
  /** 95% bootstrap interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Two-sided paired randomization test. */
  readonly p: number;
  /** Corrected by Holm for every comparison of the report. */
  readonly pAdjusted: number;
  /** Queries where b scored higher, equal, lower. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly verdict: Verdict;
  /** Queries compared. */
  readonly queries: number;
  /** Two-sided paired t-test, beside the randomization test. */
  readonly pT: number;
  /** Smallest true difference that this many queries would show four times out of five. */
  readonly detectable: number;
}

/** A run with its scores. */
export interface NamedScores {
  readonly name: string;
  readonly scores: RunScores;
}

/** Differences b minus a, query by query, over the common queries. */
export interface PairedDifferences {
  readonly queries: readonly string[];
  readonly differences: Float64Array;
}

/** Pairs two runs on one metric. */
export function pairScores(a: RunScores, b: RunScores, metric: string): PairedDifferences {
  const left = a.values.get(metric);
  const right = b.values.get(metric);
  if (left === undefined || right === undefined) return { queries: [], differences: new Float64Array(0) };
  const rows = new Map(a.queries.map((query, row) => [query, row]));
  const queries = b.queries.filter((query) => rows.has(query));
  const places = new Map(b.queries.map((query, row) => [query, row]));
  const differences = Float64Array.from(
    queries.map((query) => (right[places.get(query) ?? 0] ?? 0) - (left[rows.get(query) ?? 0] ?? 0)),
  );
  return { queries, differences };
}

/** Which pairs to compare: every run against each later one, or all against the first. */
export type Pairing = 'all' | 'first';

/**
 * Compares runs on every metric and corrects all p values of the report together. `difference` and `verdict` are of the
 * later run (b) against the earlier one (a).
 */
export function compareScores(
  runs: readonly NamedScores[],
  metrics: readonly string[],
  options: { readonly seed: number; readonly pairing?: Pairing },
): Comparison[] {
  const pairs = runs.flatMap((a, i) =>
    options.pairing === 'first' && i > 0 ? [] : runs.slice(i + 1).map((b) => ({ a, b })),
  );
  const raw = pairs.flatMap(({ a, b }) => metrics.map((metric) => compareOne(a, b, { metric, seed: options.seed })));
  const adjusted = holm(raw.map((comparison) => comparison.p));
  return raw.map((comparison, i) => {
    const pAdjusted = adjusted[i] ?? 1;
    return { ...comparison, pAdjusted, verdict: verdictOf(comparison, pAdjusted) };
  });
}

function compareOne(
  a: NamedScores,
  b: NamedScores,
  options: { readonly metric: string; readonly seed: number },
): Comparison {
  const { differences } = pairScores(a.scores, b.scores, options.metric);
  const interval = bootstrapMean(differences, { seed: options.seed });
  const { p } = pairedRandomization(differences, { seed: options.seed });
  return {
    a: a.name,
    b: b.name,
    metric: options.metric,
    difference: interval.mean,
    low: interval.low,
    high: interval.high,
    p,
    pAdjusted: p,
    ...countWins(differences),
    verdict: 'no evidence of a difference',
    queries: differences.length,
    pT: pairedT(differences).p,
    detectable: detectableDifference(differences),
  };
}

function verdictOf(comparison: Comparison, pAdjusted: number): Verdict {
  if (comparison.wins === 0 && comparison.losses === 0) return 'identical';
  if (pAdjusted > SIGNIFICANCE) return 'no evidence of a difference';
  return comparison.difference > 0 ? 'better' : 'worse';
}

/** One sentence that says no more than the numbers do. */
export function describeComparison(comparison: Comparison): string {
  const { a, b, metric, difference, low, high, pAdjusted, wins, ties, losses, verdict } = comparison;
  const numbers = `${signed(difference)} ${metric}, 95% interval ${signed(low)} to ${signed(high)}, corrected p ${formatP(pAdjusted)}; ${wins} won, ${ties} tied, ${losses} lost`;
  switch (verdict) {
    case 'identical':
      return `${b} and ${a} score the same on every query by ${metric}.`;
    case 'better':
      return `${b} is better than ${a} (${numbers}).`;
    case 'worse':
      return `${b} is worse than ${a} (${numbers}).`;
    case 'no evidence of a difference':
      return `There is no evidence of a difference between ${b} and ${a} (${numbers}; only a difference of ${comparison.detectable.toFixed(3)} or more would show reliably).`;
  }
}

/** A p value as people write it. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
