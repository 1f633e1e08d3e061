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

/** A document to judge, which stands for others that were not drawn. */
export interface PlannedItem extends Disagreement {
  /** 1 over the chance that it was asked about. */
  readonly weight: number;
}

/** What is asked about a question, so that the answers tell its difference without bias. */
export interface JudgingPlan {
  readonly items: readonly PlannedItem[];
  /** The most that answers could come to, where a first place is 1. */
  readonly most: number;
}

/** A document whose discount changes by less is asked about by lot: most disagreements are such, and decide little. */
const SMALL_MOVE = 0.06;

/**
 * Which documents of a question to ask about. All whose discount changes much, and of the others one at most, with a chance in
 * proportion to its change: answers weighed by 1 over the chance are right on the mean (Horvitz and Thompson, JASA 47, 1952).
 *
 * @param draw a random number from 0 up to 1 that depends on nothing that is judged
 */
export function planJudging(found: readonly Disagreement[], draw: number): JudgingPlan {
  const large = found.filter((one) => Math.abs(moveOf(one)) >= SMALL_MOVE);
  const small = found.filter((one) => Math.abs(moveOf(one)) < SMALL_MOVE);
  const mass = small.reduce((sum, one) => sum + Math.abs(moveOf(one)), 0);
  const whole = Math.max(SMALL_MOVE, mass);
  const items: PlannedItem[] = large.map((one) => ({ ...one, weight: 1 }));
  let left = draw * whole;
  for (const one of small) {
    const size = Math.abs(moveOf(one));
    if (left >= 0 && left < size) items.push({ ...one, weight: whole / size });
    left -= size;
  }
  return { items, most: 1 + (mass === 0 ? 0 : whole) };
}

/** What a document of gain 1 adds to the later ranking's discounted gain, less what it added to the earlier one's. */
function moveOf({ before, after }: Disagreement): number {
  return worthOf(after) - worthOf(before);
}

function worthOf(rank: number | null): number {
  return rank === null ? 0 : 1 / Math.log2(rank + 1);
}

/**
 * What a question says for the later ranking, -1 to 1: the difference of DCG, by what was asked about, as a share of what the
 * documents that move much gain at best. All of those are judged, so that the mean over draws is that share of the true
 * difference, and has its sign.
 *
 * @param gains gain of each item, 0..1, in their order
 */
export function plannedGain({ items, most }: JudgingPlan, gains: readonly number[]): number {
  const difference = items.reduce((sum, item, at) => sum + (gains[at] ?? 0) * moveOf(item) * item.weight, 0);
  const much = items.flatMap(({ weight }, at) => (weight === 1 ? [gains[at] ?? 0] : []));
  const ideal = much.sort((a, b) => b - a).reduce((sum, gain, at) => sum + gain * worthOf(at + 1), 0);
  return difference / (most * Math.max(1, ideal));
}

/** Where judging stands. */
export interface JudgingState {
  readonly verdict: 'gain' | 'no-gain' | 'undecided';
  /** Evidence for a gain, and against one of {@link WORTHWHILE_GAIN}; either decides at {@link needed}. */
  readonly forGain: number;
  readonly againstGain: number;
  readonly needed: number;
}

/**
 * Decides as soon as the evidence does; may be asked after every judgment. `values` of every question that is judged whole.
 *
 * @param share of {@link JUDGING_ERROR} that may be used, see `levelShare`
 */
export function decideJudging(values: readonly number[], share = 1): JudgingState {
  const needed = 1 / (JUDGING_ERROR * share);
  const forGain = evidenceAbove(values, 0);
  const againstGain = evidenceBelow(values, WORTHWHILE_GAIN);
  const verdict = forGain >= needed ? 'gain' : againstGain >= needed ? 'no-gain' : 'undecided';
  return { verdict, forGain, againstGain, needed };
}
