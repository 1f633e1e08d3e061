import type { JudgedRanking } from './judged-ranking.js';

/** Chance that the reader looks at the next result when a name gives none: a patient reader. */
export const DEFAULT_PERSISTENCE = 0.8;

/**
 * Rank-biased precision with binary relevance: `(1 - p) * sum of p^(i - 1)` over the relevant ranks within the cut-off.
 * Unjudged documents add nothing, so this is the lower end of the range that Moffat and Zobel report (ACM TOIS 27(1),
 * 2008). `persistence` p lies in 0..1, ends excluded. Range 0..1.
 */
export function rankBiasedPrecision(ranking: JudgedRanking, cutoff: number, persistence: number): number {
  const end = Math.min(cutoff, ranking.grades.length);
  let weight = 1 - persistence;
  let sum = 0;
  for (let i = 0; i < end; i++) {
    if ((ranking.grades[i] ?? 0) >= ranking.level) sum += weight;
    weight *= persistence;
  }
  return sum;
}
