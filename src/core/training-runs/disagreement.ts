import { WORTHWHILE_GAIN } from '../proof/further-judgments.js';
import { evidenceAbove, evidenceBelow } from '../statistics/betting.js';

/** Ranks that count. */
export const COUNTED_RANKS = 10;

/** Chance of a wrong decision that judging by disagreement adds to that of the run: both together stay at 5%. */
export const JUDGING_ERROR = 0.025;

/** A document that two rankings give different ranks. */
export interface Disagreement {
  readonly document: string;
  /** Rank from 1; null when it is not among the counted ones. */
  readonly before: number | null;
  readonly after: number | null;
}

/** The documents that decide between two rankings: those that both rank alike gain the same for either. */
export function disagreements(before: readonly string[], after: readonly string[]): Disagreement[] {
  const rankIn = (ranking: readonly string[], document: string): number | null => {
    const at = ranking.slice(0, COUNTED_RANKS).indexOf(document);
    return at < 0 ? null : at + 1;
  };
  const all = new Set([...after.slice(0, COUNTED_RANKS), ...before.slice(0, COUNTED_RANKS)]);
  return [...all]
    .map((document) => ({ document, before: rankIn(before, document), after: rankIn(after, document) }))
    .filter((one) => one.before !== one.after);
}

/**
 * What a question says for the later ranking, -1 to 1: the difference of discounted gains, as a share of what the judged
 * documents could gain at best. Documents of equal rank add nothing to the difference, so it needs no judgment of them; its
 * sign is that of the difference of DCG.
 *
 * @param gains gain of each disagreement's document, 0 or more, in their order
 */
export function disagreementGain(found: readonly Disagreement[], gains: readonly number[]): number {
  const worth = (rank: number | null): number => (rank === null ? 0 : 1 / Math.log2(rank + 1));
  let difference = 0;
  found.forEach(({ before, after }, at) => {
    difference += (gains[at] ?? 0) * (worth(after) - worth(before));
  });
  const ideal = [...gains].sort((a, b) => b - a).reduce((sum, gain, at) => sum + gain * worth(at + 1), 0);
  return ideal === 0 ? 0 : Math.max(-1, Math.min(1, difference / ideal));
}

/** Where judging stands. */
export interface JudgingState {
  readonly verdict: 'gain' | 'no-gain' | 'undecided';
  /** Evidence for a gain, and against one of {@link WORTHWHILE_GAIN}; either decides at {@link needed}. */
  readonly forGain: number;
  readonly againstGain: number;
  readonly needed: number;
}

/** Decides as soon as the evidence does; may be asked after every judgment. `values` of every question that is judged whole. */
export function decideJudging(values: readonly number[]): JudgingState {
  const needed = 1 / JUDGING_ERROR;
  const forGain = evidenceAbove(values, 0);
  const againstGain = evidenceBelow(values, WORTHWHILE_GAIN);
  const verdict = forGain >= needed ? 'gain' : againstGain >= needed ? 'no-gain' : 'undecided';
  return { verdict, forGain, againstGain, needed };
}
