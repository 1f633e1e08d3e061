import { countRelevant, type JudgedRanking } from './judged-ranking.js';

/** 1 when at least one relevant document stands within the cut-off, else 0; trec_eval's `success`, also called hit rate. */
export function success(ranking: JudgedRanking, cutoff: number): number {
  return countRelevant(ranking, cutoff) > 0 ? 1 : 0;
}
