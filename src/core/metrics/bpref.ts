import type { JudgedRanking } from './judged-ranking.js';

/**
 * Binary preference, trec_eval's `bpref`: `1/R * sum over relevant r of (1 - min(n above r, R) / min(N, R))`, with n and
 * N counting only documents judged not relevant. Documents without a judgment, and those with a negative grade, are
 * passed over. Buckley and Voorhees, "Retrieval Evaluation with Incomplete Information", SIGIR 2004. Range 0..1.
 */
export function bpref(ranking: JudgedRanking): number {
  const { grades, level, relevant, nonRelevant } = ranking;
  if (relevant === 0) return 0;
  const scale = Math.min(nonRelevant, relevant);
  let above = 0;
  let sum = 0;
  for (const grade of grades) {
    if (grade >= level) sum += above === 0 ? 1 : 1 - Math.min(above, relevant) / scale;
    else if (grade >= 0) above += 1;
  }
  return sum / relevant;
}
