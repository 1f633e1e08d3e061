import type { JudgedRanking } from './judged-ranking.js';
import { precision } from './precision.js';
import { recall } from './recall.js';

/**
 * Harmonic mean of precision and recall at the same cut-off (`set_F` without one). Van Rijsbergen, "Information
 * Retrieval", 2nd ed., 1979, with both weighted alike. 0 when both are 0. Range 0..1.
 */
export function f1(ranking: JudgedRanking, cutoff: number): number {
  const p = precision(ranking, cutoff);
  const r = recall(ranking, cutoff);
  return p + r === 0 ? 0 : (2 * p * r) / (p + r);
}
