import { solveLeastSquares } from '../ranking/least-squares.js';

/** A case: its features, whether it is true, and how much it counts. */
export interface LogisticCase {
  readonly features: readonly number[];
  readonly isTrue: boolean;
  readonly weight: number;
}

/** Probability of a case by its coefficients: the constant first, then one for each feature. */
export function logisticProbability(coefficients: readonly number[], features: readonly number[]): number {
  const sum = features.reduce((total, value, at) => total + value * (coefficients[at + 1] ?? 0), coefficients[0] ?? 0);
  return 1 / (1 + Math.exp(-Math.max(-500, Math.min(500, sum))));
}

const STEPS = 30;

/**
 * Logistic regression by iteratively reweighted least squares (Green, JRSS B 46, 1984), every coefficient but the
 * constant drawn towards 0 by `ridge`. Gives the constant first.
 */
export function fitLogistic(cases: readonly LogisticCase[], ridge: number): number[] {
  const size = (cases[0]?.features.length ?? 0) + 1;
  let coefficients = new Array<number>(size).fill(0);
  for (let step = 0; step < STEPS; step++) {
    const matrix: number[][] = [];
    const right: number[] = [];
    for (const { features, isTrue, weight } of cases) {
      const probability = logisticProbability(coefficients, features);
      const curvature = Math.max(1e-6, probability * (1 - probability));
      const root = Math.sqrt(curvature * weight);
      const linear = features.reduce(
        (sum, value, at) => sum + value * (coefficients[at + 1] ?? 0),
        coefficients[0] ?? 0,
      );
      matrix.push([root, ...features.map((value) => value * root)]);
      right.push(root * (linear + ((isTrue ? 1 : 0) - probability) / curvature));
    }
    for (let at = 1; at < size; at++) {
      matrix.push(Array.from({ length: size }, (_, column) => (column === at ? Math.sqrt(ridge) : 0)));
      right.push(0);
    }
    coefficients = [...solveLeastSquares(matrix, right).solution];
  }
  return coefficients;
}
