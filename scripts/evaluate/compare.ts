import { bootstrapMean, type Interval } from '../../src/core/statistics/bootstrap.js';
import { mean } from '../../src/core/statistics/mean.js';
import { pairedRandomization } from '../../src/core/statistics/paired-randomization.js';
import type { Scores } from './rankings.js';

/** Seed of every resampling of the command. */
export const SEED = 20_261_122;
const RESAMPLES = 10_000;

/** A difference with its interval and the p value of the paired randomization test. */
export interface Difference extends Interval {
  readonly p: number;
}

/** Differences of two configurations on the same questions. */
export interface Comparison {
  readonly collections: ReadonlyMap<string, Difference>;
  /** Mean over collections, each of which counts alike. */
  readonly mean: Difference;
}

/** Mean of values with its 95 % bootstrap interval. */
export function interval(values: Iterable<number>): Interval {
  return bootstrapMean([...values], { seed: SEED, resamples: RESAMPLES });
}

/** Mean over collections, each of which counts alike. */
export function grandMean(scores: Scores): number {
  return mean([...scores.values()].map((questions) => mean([...questions.values()])));
}

/** `after` minus `before`, over the collections and questions that both have. */
export function compare(before: Scores, after: Scores): Comparison {
  const columns = [...after].flatMap(([name, questions]): [string, number[]][] => {
    const base = before.get(name);
    if (base === undefined) return [];
    const shared = [...questions].filter(([question]) => base.has(question));
    return [[name, shared.map(([question, score]) => score - (base.get(question) ?? 0))]];
  });
  const total = columns.reduce((sum, [, entries]) => sum + entries.length, 0);
  // Weighed so that the mean of all entries is the mean of the collections' means.
  const weighed = columns.flatMap(([, entries]) =>
    entries.map((entry) => (entry * total) / (entries.length * columns.length)),
  );
  return { collections: new Map(columns.map(([name, entries]) => [name, differ(entries)])), mean: differ(weighed) };
}

function differ(entries: readonly number[]): Difference {
  return { ...interval(entries), p: pairedRandomization(entries, { seed: SEED }).p };
}
