import type { SuiteOrigin } from '../benchmark/suite.js';
import { furtherJudgments } from '../proof/further-judgments.js';
import { holm } from '../statistics/holm.js';
import { levelShare } from './spend-level.js';
import type { Decision, GuardOutcome, HalfOutcome, TrainingOutcome } from './training-run.js';

/** Level that a corrected p value must reach, for the run as a whole. */
export const RUN_LEVEL = 0.05;
/** Coverage of each half's interval: both hold at once in 95 of 100 runs (Bonferroni). */
export const HALF_COVERAGE = 1 - RUN_LEVEL / 2;

/** Coverage of each half's interval after so many earlier runs. */
export function halfCoverage(earlier: number): number {
  return 1 - (RUN_LEVEL * levelShare(earlier)) / 2;
}
/** Groups of questions that a half needs at least: fewer could not reach the level whatever they show. */
export const LEAST_GROUPS = 8;

/** The halves with their p values corrected for each other: they are all that the run tested. */
export function correctHalves(halves: readonly HalfOutcome[]): HalfOutcome[] {
  const adjusted = holm(halves.map(({ proof }) => proof.p));
  return halves.map((half, at) => ({ ...half, pAdjusted: adjusted[at] ?? 1 }));
}

/** The guards with their p values corrected for each other, and which of them have fallen. */
export function correctGuards(guards: readonly Omit<GuardOutcome, 'pAdjusted' | 'hasFallen'>[]): GuardOutcome[] {
  const adjusted = holm(guards.map(({ proof }) => proof.p));
  return guards.map((guard, at) => {
    const pAdjusted = adjusted[at] ?? 1;
    return { ...guard, pAdjusted, hasFallen: guard.proof.difference < 0 && pAdjusted <= RUN_LEVEL };
  });
}

/** The half whose choice is proven better at the level, by the smallest p value; undefined when none is. */
export function provenHalf(halves: readonly HalfOutcome[], level = RUN_LEVEL): HalfOutcome | undefined {
  return halves
    .filter(({ proof, pAdjusted }) => pAdjusted <= level && proof.difference > 0 && proof.low > 0)
    .sort((a, b) => a.proof.p - b.proof.p || b.proof.difference - a.proof.difference || a.half - b.half)[0];
}

/** The half whose choice gained most among those that rank otherwise than what is in force; undefined when none does. */
export function promisingHalf(halves: readonly HalfOutcome[]): HalfOutcome | undefined {
  return halves
    .filter(({ proof }) => proof.wins > 0 || proof.losses > 0)
    .sort((a, b) => b.proof.difference - a.proof.difference || a.half - b.half)[0];
}

/** The half whose choice is the result of a run, or else the most promising one; undefined when neither changes anything. */
export function candidateHalf({
  halves,
  decision,
}: Pick<TrainingOutcome, 'halves' | 'decision'>): HalfOutcome | undefined {
  return halves.find(({ half }) => half === decision.half) ?? promisingHalf(halves);
}

/** What the proof is worth. */
export interface DecisionFacts {
  /** Corrected. */
  readonly halves: readonly HalfOutcome[];
  readonly guards: readonly GuardOutcome[];
  readonly origin: SuiteOrigin;
  readonly metric: string;
  readonly suite: string;
  /** Groups of questions in all. */
  readonly groups: number;
  /** Other runs that were ordered before for the same specialist and suite; 0 without. */
  readonly earlier?: number;
}

/**
 * May the choice of a half be put in force? Only when held-out questions prove a gain (corrected p at most 5%, or what earlier
 * runs leave of that; interval above 0), no guarded suite falls, and the questions were not mined from structure, which tell nothing of real ones.
 */
export function decidePromotion(facts: DecisionFacts): Decision {
  const { halves, guards, origin, metric, suite } = facts;
  const proven = provenHalf(halves, levelOf(facts));
  if (proven === undefined) return refuseNoGain(facts);
  const { proof, pAdjusted, choice } = proven;
  const numbers = `${metric} ${proven.before.toFixed(3)} before, ${proven.after.toFixed(3)} after on ${proof.questions} held-out questions (difference ${signed(proof.difference)}, interval ${signed(proof.low)} to ${signed(proof.high)}, corrected p ${pAdjusted.toFixed(4)}${tellLevel(facts)})`;
  if (origin === 'mined') {
    return {
      mayPromote: false,
      reason: 'mined',
      half: null,
      text: `${choice}: ${numbers}. But the questions of ${suite} are mined from structure, and tell nothing of real ones: nothing changed. Prove it on questions of people, or of an agent at the desk.`,
      furtherJudgments: null,
    };
  }
  const fallen = guards.filter((guard) => guard.hasFallen);
  if (fallen.length > 0) {
    const told = fallen.map((guard) => `${guard.suite} (${signed(guard.proof.difference)})`).join(', ');
    return {
      mayPromote: false,
      reason: 'guard-fell',
      half: null,
      text: `${choice}: ${numbers}. But it significantly lowers ${told}: nothing changed.`,
      furtherJudgments: null,
    };
  }
  return {
    mayPromote: true,
    reason: 'gain',
    half: proven.half,
    text: `${choice}: ${numbers}.`,
    furtherJudgments: null,
  };
}

/** No half is proven: with how many more questions would be. */
function refuseNoGain(facts: DecisionFacts): Decision {
  const { halves, metric, groups } = facts;
  const best = [...halves].sort((a, b) => b.proof.difference - a.proof.difference)[0];
  if (best === undefined) return refuseTooFew(groups);
  const isSame = halves.every(({ proof }) => proof.wins === 0 && proof.losses === 0);
  const { proof, choice, pAdjusted } = best;
  const count = furtherJudgments(proof);
  const more =
    count === 0 ? 'More would hardly show a gain worth having.' : `About ${count} more judged questions would decide.`;
  const text = isSame
    ? 'Nothing that was tried ranks held-out questions otherwise than what is in force. No significant gain, nothing changed.'
    : `No significant gain, nothing changed. Best: ${choice}, ${metric} ${signed(proof.difference)} on ${proof.questions} held-out questions (interval ${signed(proof.low)} to ${signed(proof.high)}, corrected p ${pAdjusted.toFixed(3)}${tellLevel(facts)}). ${more}`;
  return { mayPromote: false, reason: 'no-gain', half: null, text, furtherJudgments: count };
}

function refuseTooFew(groups: number): Decision {
  const missing = Math.max(1, 2 * LEAST_GROUPS - groups);
  return {
    mayPromote: false,
    reason: 'too-few',
    half: null,
    text: `There are ${groups} judged questions, or groups of them, that share no answer; each half needs ${LEAST_GROUPS} to show anything. No significant gain, nothing changed. At least ${missing} more judged questions about other documents are needed.`,
    furtherJudgments: missing,
  };
}

function levelOf({ earlier = 0 }: DecisionFacts): number {
  return RUN_LEVEL * levelShare(earlier);
}

/** How low p must be, where earlier proofs on the same questions have taken of the level. */
function tellLevel(facts: DecisionFacts): string {
  const { earlier = 0 } = facts;
  if (earlier === 0) return '';
  return `, to be at most ${levelOf(facts).toFixed(4)} after ${earlier} earlier ${earlier === 1 ? 'run' : 'runs'} on the suite`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}
