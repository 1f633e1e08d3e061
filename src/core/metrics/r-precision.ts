import { countRelevant, type JudgedRanking } from './judged-ranking.js';

/**
 * Precision after as many documents as are relevant, trec_eval's `Rprec`; there precision equals recall. 0 when nothing
 * is relevant. Buckley and Voorhees, "Retrieval System Evaluation", in TREC, MIT Press 2005. Range 0..1.
 */
export function rPrecision(ranking: JudgedRanking): number {
  return ranking.relevant === 0 ? 0 : countRelevant(ranking, ranking.relevant) / ranking.relevant;
}
