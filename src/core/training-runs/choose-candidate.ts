import { mean, standardDeviation } from '../statistics/mean.js';

/** How a candidate did in the inner folds of the tuning half, against what is in force. */
export interface CandidateGain {
  readonly candidate: number;
  /** Mean difference over the tuning questions. */
  readonly gain: number;
  /** Standard error of that mean. */
  readonly error: number;
}

/**
 * Candidates by their mean gain over the first, which is in force; the best comes first, and the first where nothing beats
 * it. Equals stay in their order, so that less is changed.
 *
 * @param scores one column per candidate, a row per tuning question, each scored by what was fitted without its fold
 */
export function rankCandidates(scores: readonly Float64Array[]): CandidateGain[] {
  const base = scores[0] ?? new Float64Array(0);
  return scores
    .map((column, candidate) => {
      const differences = column.map((score, row) => score - (base[row] ?? 0));
      const error = standardDeviation(differences) / Math.sqrt(Math.max(1, differences.length));
      return { candidate, gain: mean(differences), error };
    })
    .sort((a, b) => b.gain - a.gain || a.candidate - b.candidate);
}
