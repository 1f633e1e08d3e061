import { discountedGain } from './discounted-gain.js';
import type { JudgedRanking } from './judged-ranking.js';

const exponential = (grade: number): number => 2 ** grade - 1;

/**
 * nDCG with exponential gains `2^g - 1`: Burges et al., "Learning to Rank using Gradient Descent", ICML 2005. A metric
 * of its own, never called nDCG: its values differ from trec_eval's wherever grades above 1 occur. Range 0..1.
 */
export function ndcgExponential(ranking: JudgedRanking, cutoff: number): number {
  const ideal = discountedGain(ranking.gains, cutoff, exponential);
  return ideal > 0 ? discountedGain(ranking.grades, cutoff, exponential) / ideal : 0;
}
