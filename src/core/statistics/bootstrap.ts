import { mean } from './mean.js';
import { createRandom } from './random.js';

/** Resamples drawn when nothing else is said. */
export const DEFAULT_RESAMPLES = 2_000;

/** A mean with the interval that holds it. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Settings of {@link bootstrapMeans}. */
export interface BootstrapOptions {
  readonly seed?: number;
  readonly resamples?: number;
  /** Coverage of the interval, 0..1. Default 0.95. */
  readonly level?: number;
}

/**
 * Percentile bootstrap of the mean (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; for retrieval:
 * Sakai, SIGIR 2006): queries are drawn with replacement, and the interval holds the middle `level` of the means. Every
 * column is resampled with the same draws. Columns must be equally long. A constant column gives an interval of width 0.
 */
export function bootstrapMeans(columns: readonly Float64Array[], options: BootstrapOptions = {}): Interval[] {
  const size = columns[0]?.length ?? 0;
  const resamples = options.resamples ?? DEFAULT_RESAMPLES;
  const tail = (1 - (options.level ?? 0.95)) / 2;
  if (size === 0) return columns.map(() => ({ mean: 0, low: 0, high: 0 }));
  const random = createRandom(options.seed ?? 1);
  const drawn = new Uint32Array(size);
  const means = columns.map(() => new Float64Array(resamples));
  for (let round = 0; round < resamples; round++) {
    for (let i = 0; i < size; i++) drawn[i] = Math.floor(random() * size);
    columns.forEach((column, c) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += column[drawn[i] ?? 0] ?? 0;
      const target = means[c];
      if (target !== undefined) target[round] = sum / size;
    });
  }
  return columns.map((column, c) => {
    const sorted = means[c]?.sort() ?? new Float64Array(0);
    return { mean: mean(column), low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
}

/** Interval of one mean, or of a mean of differences. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  return bootstrapMeans([Float64Array.from(values)], options)[0] ?? { mean: 0, low: 0, high: 0 };
}

/** Value at a share 0..1 of sorted numbers, between neighbours linearly (type 7 of Hyndman and Fan 1996); 0 for none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (place - below);
}
