import { z } from 'zod';
import { DECIDING_EVIDENCE } from '../../core/specialists/live-test.js';
import type { LiveTestStatus } from '../../services/specialists/live-test-service.js';

const force = z.object({
  /** What differs from the settings of every search. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Training run of the query adapter; empty for none. */
  adapter: z.string(),
});

/** Output: a live test and what it has come to. */
export const liveTestShape = z.object({
  id: z.string(),
  specialist: z.string(),
  state: z.enum(['running', 'overtaken', 'ended']),
  current: force,
  candidate: force,
  /** The training run that the candidate comes from; empty for none. */
  run: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  searches: z.number(),
  wins: z.number(),
  losses: z.number(),
  ties: z.number(),
  evidence: z.number(),
  verdict: z.enum(['candidate', 'current', 'open']),
  /** What to do now. */
  next: z.string(),
});
/** A live test as it leaves an operation. */
type LiveTestOutput = z.output<typeof liveTestShape>;

/** A live test in the shape of {@link liveTestShape}. */
export function toLiveTestShape({ test, state, ...result }: LiveTestStatus): LiveTestOutput {
  const { id, specialist, current, candidate, run, startedAt, endedAt } = test;
  const evidence = Math.round(result.evidence * 100) / 100;
  const told = {
    ...{ id, specialist, state, run, startedAt, endedAt, ...result, evidence },
    current: { ...current, settings: { ...current.settings } },
    candidate: { ...candidate, settings: { ...candidate.settings } },
  };
  return { ...told, next: nextStep(told) };
}

function nextStep({ state, verdict, run, specialist, candidate }: Omit<LiveTestOutput, 'next'>): string {
  if (verdict === 'candidate') {
    const settings = Object.entries(candidate.settings).map(([key, value]) => `${key} ${value}`);
    return run === ''
      ? `Put it in force: specialist_configure ${specialist} with ${['resetSettings true', ...settings].join(', ')}.`
      : `Put it in force: train_promote ${run}.`;
  }
  if (verdict === 'current')
    return state === 'ended' ? 'Nothing: what is in force is better.' : 'End it: live_test_stop.';
  if (state === 'running') return 'Search as the specialist, and tell what helped: record_feedback.';
  if (state === 'overtaken') return 'The specialist has changed since: begin anew with live_test_start.';
  return 'It was not decided: begin anew with live_test_start.';
}

const VERDICTS = {
  candidate: 'the candidate is better',
  current: 'what is in force is better',
  open: 'no decision yet',
} as const;

/** A live test for people. */
export function renderLiveTest(output: LiveTestOutput): string {
  const { id, specialist, state, current, candidate, run, searches, wins, losses, ties, evidence, verdict, next } =
    output;
  return [
    `${id} of ${specialist} (${state}): ${VERDICTS[verdict]}`,
    `   in force: ${forceLine(current)}`,
    `   candidate: ${forceLine(candidate)}${run === '' ? '' : ` (chosen by ${run})`}`,
    `   ${searches} searches interleaved; of the queries with feedback the candidate won ${wins}, lost ${losses}, tied ${ties}`,
    `   evidence ${evidence} (${DECIDING_EVIDENCE} decides, at level .05, however often one looks)`,
    `   -> ${next}`,
  ].join('\n');
}

function forceLine({ settings, adapter }: LiveTestOutput['current']): string {
  const own = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
  return `${own.length === 0 ? 'usual settings' : own.join(', ')}; ${adapter === '' ? 'no adapter' : `query adapter of ${adapter}`}`;
}
