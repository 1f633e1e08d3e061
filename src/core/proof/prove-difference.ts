import { quantile } from '../statistics/bootstrap.js';
import { countWins } from '../statistics/count-wins.js';
import { mean, standardDeviation } from '../statistics/mean.js';
import { pairedRandomization } from '../statistics/paired-randomization.js';
import { createRandom } from '../statistics/random.js';

/** Looked up once: it is called for every draw. */
const { floor } = Math;

const RESAMPLES = 4_000;

/** What held-out questions say of a change. */
export interface DifferenceProof {
  readonly questions: number;
  /** Independent groups of questions, see `groupQuestions`: what the test counts. */
  readonly groups: number;
  /** Mean of after minus before. */
  readonly difference: number;
  /** Interval of the difference at `level`, groups resampled whole. */
  readonly low: number;
  readonly high: number;
  /** Coverage of the interval, 0..1. */
  readonly level: number;
  /** Two-sided, before any correction. */
  readonly p: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Standard deviation that a single question would have if all were independent: that of the group sums, spread over their questions. */
  readonly spread: number;
}

/** How {@link proveDifference} works. */
export interface ProofOptions {
  /** The group of each question. */
  readonly groups: readonly number[];
  /** Coverage of the interval, 0..1. */
  readonly level: number;
  readonly seed: number;
}

/**
 * Fisher's paired randomization over whole groups: questions that share an answer move together, so their signs are flipped
 * together (Smucker, Allan and Carterette, CIKM 2007, with the group as the unit; Gail et al., Statistics in Medicine 15,
 * 1996, for groups). The interval is a percentile bootstrap that draws groups (Davison and Hinkley, "Bootstrap Methods",
 * 1997, 3.8), of the ratio of summed differences and summed questions.
 */
export function proveDifference(differences: ArrayLike<number>, options: ProofOptions): DifferenceProof {
  const { sums, counts } = sumGroups(differences, options.groups);
  const { p } = pairedRandomization(sums, { seed: options.seed });
  const [low, high] = resampleGroups(sums, counts, options);
  const questions = differences.length;
  return {
    questions,
    groups: sums.length,
    difference: mean(differences),
    low,
    high,
    level: options.level,
    p,
    ...countWins(Float64Array.from(differences)),
    spread: questions === 0 ? 0 : spreadOf(sums, counts, mean(differences)),
  };
}

function sumGroups(
  differences: ArrayLike<number>,
  groups: readonly number[],
): { sums: Float64Array; counts: Float64Array } {
  const places = new Map<number, number>();
  for (const group of groups) if (!places.has(group)) places.set(group, places.size);
  const sums = new Float64Array(places.size);
  const counts = new Float64Array(places.size);
  groups.forEach((group, at) => {
    const place = places.get(group) ?? 0;
    sums[place] = (sums[place] ?? 0) + (differences[at] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  });
  // Sums that cancel in theory leave a last bit, which the test must not take for a difference.
  return { sums: sums.map((sum) => Math.round(sum * 1e12) / 1e12), counts };
}

function resampleGroups(sums: Float64Array, counts: Float64Array, { level, seed }: ProofOptions): [number, number] {
  const size = sums.length;
  if (size === 0) return [0, 0];
  const random = createRandom(seed);
  const means = new Float64Array(RESAMPLES);
  for (let round = 0; round < RESAMPLES; round++) {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < size; i++) {
      const drawn = floor(random() * size);
      sum += sums[drawn] ?? 0;
      count += counts[drawn] ?? 0;
    }
    means[round] = sum / count;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return [quantile(means, tail), quantile(means, 1 - tail)];
}

/** Linearised standard error of the ratio (Cochran, "Sampling Techniques", 1977, 6.3), times the root of the questions. */
function spreadOf(sums: Float64Array, counts: Float64Array, centre: number): number {
  const residuals = sums.map((sum, at) => sum - centre * (counts[at] ?? 0));
  const questions = counts.reduce((total, count) => total + count, 0);
  return (standardDeviation(residuals) * Math.sqrt(sums.length)) / Math.sqrt(questions);
}
