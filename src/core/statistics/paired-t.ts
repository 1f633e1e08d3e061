import { mean, standardDeviation } from './mean.js';
import { studentP } from './student-t.js';

/** Result of a paired t-test. */
export interface PairedT {
  /** 0 when every difference is 0. */
  readonly t: number;
  readonly freedom: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Student's paired t-test of the mean difference (Student 1908). Fewer than two differences, or none that is not zero,
 * give p = 1. Equal differences other than 0 give an infinite t and p = 0.
 */
export function pairedT(differences: ArrayLike<number>): PairedT {
  const count = differences.length;
  const centre = mean(differences);
  if (count < 2 || centre === 0) return { t: 0, freedom: Math.max(0, count - 1), p: 1 };
  const t = centre / (standardDeviation(differences) / Math.sqrt(count));
  return { t, freedom: count - 1, p: studentP(t, count - 1) };
}
