import { z } from 'zod';
import { signEvidence } from '../statistics/sign-evidence.js';
import { creditTeams, type Team } from '../statistics/team-draft.js';
import { type Feedback, feedbackOfTest } from './feedback.js';
import { KEPT_SETTINGS } from './specialist.js';

/** How one searches: settings that differ from the usual ones, and the run of the query adapter; empty for none. */
const FORCE = z.object({ settings: KEPT_SETTINGS, adapter: z.string() });

const RESULT = z.object({
  /** Searches that were interleaved and answered. */
  searches: z.int(),
  /** Queries on which the candidate won, lost, and of which as much was used of either. */
  wins: z.int(),
  losses: z.int(),
  ties: z.int(),
  /** Evidence that either is better, as an e-value; it decides at {@link DECIDING_EVIDENCE}. */
  evidence: z.number(),
  verdict: z.enum(['candidate', 'current', 'open']),
});
/** What a live test has come to. */
export type LiveResult = z.output<typeof RESULT>;

/** A comparison on live searches of how a specialist searches with how it could. */
export const LIVE_TEST = z.object({
  id: z.string(),
  specialist: z.string(),
  /** How it searched when the test began; one who searches otherwise is not compared any more. */
  current: FORCE,
  candidate: FORCE,
  /** The training run that the candidate comes from; empty for settings of one's own. */
  run: z.string(),
  startedAt: z.string(),
  /** Null while it runs. */
  endedAt: z.string().nullable(),
  /** What it had come to when it ended; null while it runs. */
  result: RESULT.nullable(),
});
/** A test of {@link LIVE_TEST}. */
export type LiveTest = z.output<typeof LIVE_TEST>;

/** Evidence that decides: under "neither is better" it is ever reached in one of twenty tests at most. */
export const DECIDING_EVIDENCE = 20;

/**
 * What feedback says so far. A query counts once, by the first feedback on it that names a result as used: who asks the same
 * again and again must not decide alone.
 */
export function liveResult(test: string, all: readonly Feedback[], searches: number): LiveResult {
  const credits = new Map<string, Team | 'tie'>();
  for (const feedback of feedbackOfTest(all, test)) {
    const credit = creditOf(feedback);
    if (credit !== undefined && !credits.has(feedback.task)) credits.set(feedback.task, credit);
  }
  const count = (wanted: Team | 'tie'): number => [...credits.values()].filter((credit) => credit === wanted).length;
  const [wins, losses, ties] = [count('b'), count('a'), count('tie')];
  const evidence = signEvidence(wins, losses);
  const isDecided = evidence >= DECIDING_EVIDENCE;
  const verdict = !isDecided ? 'open' : wins > losses ? 'candidate' : 'current';
  return { searches, wins, losses, ties, evidence, verdict };
}

/** Whose results were used more; undefined when none of those shown was. */
function creditOf({ used, search }: Feedback): Team | 'tie' | undefined {
  if (search === null || search.draft === null) return undefined;
  const { shown, draft } = search;
  const drafted = draft.teams.flatMap((team, at) => {
    const id = shown[at];
    return id === undefined ? [] : [{ id, team }];
  });
  return drafted.some(({ id }) => used.includes(id)) ? creditTeams(drafted, used) : undefined;
}
