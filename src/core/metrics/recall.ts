import { countRelevant, type JudgedRanking } from './judged-ranking.js';

/**
 * Relevant documents among the first `cutoff` over all that are relevant, trec_eval's `recall` (`set_recall` without a
 * cut-off). 0 when nothing is relevant. Range 0..1.
 */
export function recall(ranking: JudgedRanking, cutoff: number): number {
  return ranking.relevant === 0 ? 0 : countRelevant(ranking, cutoff) / ranking.relevant;
}
