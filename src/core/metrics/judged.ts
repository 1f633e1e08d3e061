import { type JudgedRanking, UNJUDGED } from './judged-ranking.js';

/**
 * Share of the documents retrieved within the cut-off that have any judgment, a negative one included. Low values mean
 * that the other metrics count unknown documents as wrong. 0 for an empty list. Range 0..1.
 */
export function judged(ranking: JudgedRanking, cutoff: number): number {
  const top = ranking.grades.slice(0, Number.isFinite(cutoff) ? cutoff : undefined);
  if (top.length === 0) return 0;
  return top.filter((grade) => grade !== UNJUDGED).length / top.length;
}
