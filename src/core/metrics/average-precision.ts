import type { JudgedRanking } from './judged-ranking.js';

/**
 * Average precision, trec_eval's `map` and `map_cut` before averaging over queries: the precision at each relevant
 * document found within the cut-off, summed, over the number of all relevant documents.
 * Buckley and Voorhees, "Retrieval System Evaluation", in TREC, MIT Press 2005. Range 0..1.
 */
export function averagePrecision(ranking: JudgedRanking, cutoff: number): number {
  const end = Math.min(cutoff, ranking.grades.length);
  let found = 0;
  let sum = 0;
  for (let i = 0; i < end; i++) {
    if ((ranking.grades[i] ?? 0) < ranking.level) continue;
    found += 1;
    sum += found / (i + 1);
  }
  return found === 0 ? 0 : sum / ranking.relevant;
}
