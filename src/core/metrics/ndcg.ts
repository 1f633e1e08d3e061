import { discountedGain } from './discounted-gain.js';
import type { JudgedRanking } from './judged-ranking.js';

const linear = (grade: number): number => grade;

/**
 * Normalised discounted cumulative gain with linear gains, trec_eval's `ndcg` and `ndcg_cut`:
 * `sum(g_i / log2(i + 1)) / ideal`, the ideal taken over everything judged above 0 and cut at the same rank.
 * Jarvelin and Kekalainen, ACM TOIS 20(4), 2002. Range 0..1; 0 when nothing has a gain.
 */
export function ndcg(ranking: JudgedRanking, cutoff: number): number {
  const ideal = discountedGain(ranking.gains, cutoff, linear);
  return ideal > 0 ? discountedGain(ranking.grades, cutoff, linear) / ideal : 0;
}
