import { createRandom } from './random.js';

/** Looked up once: they are called some billion times. */
const { abs, floor } = Math;

/** Below this many differences that are not zero every sign pattern is tried. */
export const EXACT_BELOW = 20;
/** Sign patterns drawn when there are too many to try. */
export const DEFAULT_ROUNDS = 10_000;

/** Result of a paired randomization test. */
export interface RandomizationTest {
  /** Two-sided p value, above 0. */
  readonly p: number;
  /** Whether every sign pattern was tried. */
  readonly isExact: boolean;
}

/**
 * Fisher's paired randomization test: how often a random choice of signs makes the mean difference at least as large,
 * either way, as the one seen (Smucker, Allan and Carterette, "A Comparison of Statistical Significance Tests for
 * Information Retrieval Evaluation", CIKM 2007). Differences of exactly 0 cannot change a sum and are left out. Exact
 * below 20 of the others; above, `rounds` seeded patterns and `p = (1 + as extreme) / (1 + rounds)` (Phipson and Smyth
 * 2010), so p is never 0.
 */
export function pairedRandomization(
  differences: ArrayLike<number>,
  options: { readonly seed?: number; readonly rounds?: number } = {},
): RandomizationTest {
  const moved = Float64Array.from(differences).filter((value) => value !== 0);
  if (moved.length === 0) return { p: 1, isExact: true };
  const observed = Math.abs(moved.reduce((sum, value) => sum + value, 0));
  const scale = moved.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums that are equal in theory differ in their last bits with the order of addition.
  const bar = observed - scale * 1e-9;
  if (moved.length < EXACT_BELOW) return { p: exactShare(moved, bar), isExact: true };
  const rounds = options.rounds ?? DEFAULT_ROUNDS;
  const extreme = countExtreme(moved, bar, { rounds, seed: options.seed ?? 1 });
  return { p: (1 + extreme) / (1 + rounds), isExact: false };
}

/** Walks all sign patterns in Gray code order, one flip at a time; the first sign is fixed because the test is two-sided. */
function exactShare(moved: Float64Array, bar: number): number {
  const patterns = 2 ** (moved.length - 1);
  const signed = Float64Array.from(moved);
  let sum = moved.reduce((total, value) => total + value, 0);
  let extreme = Math.abs(sum) >= bar ? 1 : 0;
  for (let pattern = 1; pattern < patterns; pattern++) {
    const flipped = 32 - Math.clz32(pattern & -pattern);
    const value = signed[flipped] ?? 0;
    sum -= 2 * value;
    signed[flipped] = -value;
    if (abs(sum) >= bar) extreme += 1;
  }
  return extreme / patterns;
}

function countExtreme(moved: Float64Array, bar: number, options: { rounds: number; seed: number }): number {
  const random = createRandom(options.seed);
  let extreme = 0;
  for (let round = 0; round < options.rounds; round++) {
    let sum = 0;
    for (let i = 0; i < moved.length; i += 32) {
      let bits = floor(random() * 4_294_967_296);
      const end = i + 32 < moved.length ? i + 32 : moved.length;
      for (let j = i; j < end; j++) {
        const value = moved[j] ?? 0;
        sum += (bits & 1) === 0 ? value : -value;
        bits >>>= 1;
      }
    }
    if (abs(sum) >= bar) extreme += 1;
  }
  return extreme;
}
