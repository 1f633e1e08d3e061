import type { JudgedRanking } from './judged-ranking.js';

/**
 * One over the rank of the first relevant document, trec_eval's `recip_rank`; 0 when there is none within the cut-off.
 * Kantor and Voorhees, "The TREC-5 Confusion Track", Information Retrieval 2, 2000. Range 0..1.
 */
export function reciprocalRank(ranking: JudgedRanking, cutoff: number): number {
  const first = ranking.grades.findIndex((grade) => grade >= ranking.level);
  return first < 0 || first >= cutoff ? 0 : 1 / (first + 1);
}
