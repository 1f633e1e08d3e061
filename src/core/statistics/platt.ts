import { mean, standardDeviation } from './mean.js';
import { createRandom } from './random.js';

const FOLDS = 5;
const STEPS = 50;
/** Keeps the fit finite where the classes are separable. */
const RIDGE = 1e-3;

/** Turns a score into a probability. */
type Curve = (score: number) => number;

/**
 * Logistic fit of truth on score (Platt, "Probabilistic Outputs for Support Vector Machines", 1999) by Newton's method,
 * with Platt's smoothed targets.
 */
function fitCurve(scores: readonly number[], truths: readonly boolean[]): Curve {
  const centre = mean(scores);
  const spread = standardDeviation(scores) || 1;
  const positives = truths.filter(Boolean).length;
  const negatives = truths.length - positives;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const scaled = scores.map((score) => (score - centre) / spread);
  const odds = Math.log((positives + 1) / (negatives + 1));
  let slope = 0;
  let offset = odds;
  for (let step = 0; step < STEPS; step++) {
    const sums = { a: RIDGE * slope, b: RIDGE * (offset - odds), aa: RIDGE, ab: 0, bb: RIDGE };
    scaled.forEach((x, i) => {
      const p = logistic(slope * x + offset);
      const error = p - (truths[i] === true ? high : low);
      const weight = p * (1 - p);
      sums.a += error * x;
      sums.b += error;
      sums.aa += weight * x * x;
      sums.ab += weight * x;
      sums.bb += weight;
    });
    const determinant = sums.aa * sums.bb - sums.ab * sums.ab;
    if (determinant === 0) break;
    slope -= (sums.bb * sums.a - sums.ab * sums.b) / determinant;
    offset -= (sums.aa * sums.b - sums.ab * sums.a) / determinant;
  }
  return (score) => logistic(slope * ((score - centre) / spread) + offset);
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-Math.max(-500, Math.min(500, x))));
}

/** Confidence 0..1 of each case, from a fit on the other folds (five, seeded); the same order as given. */
export function fitOutOfFold(scores: readonly number[], truths: readonly boolean[], seed: number): number[] {
  const random = createRandom(seed);
  const order = scores.map((_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key || a.i - b.i);
  const folds = new Map(order.map(({ i }, place) => [i, place % FOLDS]));
  const confidences = new Array<number>(scores.length).fill(0.5);
  for (let fold = 0; fold < FOLDS; fold++) {
    const rest = scores.map((_, i) => i).filter((i) => folds.get(i) !== fold);
    const curve = fitCurve(
      rest.map((i) => scores[i] ?? 0),
      rest.map((i) => truths[i] === true),
    );
    for (const [i, own] of folds) if (own === fold) confidences[i] = curve(scores[i] ?? 0);
  }
  return confidences;
}
