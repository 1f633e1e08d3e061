import { countRelevant, type JudgedRanking } from './judged-ranking.js';

/**
 * Relevant documents among the first `cutoff` over the cut-off itself, trec_eval's `P`: a list that ends early is
 * filled up with documents that are not relevant. Without a cut-off, over the length of the list (`set_P`). Range 0..1.
 */
export function precision(ranking: JudgedRanking, cutoff: number): number {
  const size = Number.isFinite(cutoff) ? cutoff : ranking.grades.length;
  return size === 0 ? 0 : countRelevant(ranking, cutoff) / size;
}
