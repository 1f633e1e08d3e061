import { z } from 'zod';
import { DECISION_REASONS, RUN_KINDS } from '../../core/training-runs/training-run.js';
import { JOB_STATES } from '../../core/types.js';
import type { RunStatus } from '../../services/training-runs/training-run-service.js';
import { toJobShape } from '../job-shape.js';

/** Input: a training run. */
export const runIdField = z.string().min(1).max(200).describe('Id of the training run (see train_list).');

/** Output: whether what a run learned may be put in force. */
export const decisionShape = z.object({
  mayPromote: z.boolean(),
  reason: z.enum(DECISION_REASONS),
  text: z.string(),
  /** Judged questions that would probably decide, besides those there are. */
  furtherJudgments: z.number().nullable(),
});

/** Output: a training run as it stands. */
export const runShape = z.object({
  id: z.string(),
  kind: z.enum(RUN_KINDS),
  state: z.enum(JOB_STATES),
  suite: z.string(),
  specialist: z.string(),
  seed: z.number(),
  attempts: z.number(),
  createdAt: z.string(),
  /** Its last job; empty when none is known. */
  job: z.string(),
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  /** Null before it succeeded. */
  decision: decisionShape.nullable(),
  /** sha256 of the receipt; empty before it succeeded. */
  receipt: z.string(),
});
/** A training run as operations give it. */
export type RunOutput = z.output<typeof runShape>;

/** A run in the shape of {@link runShape}. */
export function toRunShape({ run, state, job, outcome, receipt }: RunStatus): RunOutput {
  const { id, recipe, attempts, createdAt } = run;
  const shown = job === undefined ? undefined : toJobShape(job);
  const decision = outcome?.decision;
  return {
    id,
    kind: recipe.kind,
    state,
    suite: recipe.suite,
    specialist: recipe.specialist,
    seed: recipe.seed,
    attempts,
    createdAt,
    job: run.job,
    stage: shown?.stage ?? '',
    done: shown?.done ?? 0,
    total: shown?.total ?? 0,
    secondsLeft: shown?.secondsLeft ?? null,
    error: state === 'interrupted' ? INTERRUPTED : (shown?.error ?? null),
    decision:
      decision === undefined
        ? null
        : {
            mayPromote: decision.mayPromote,
            reason: decision.reason,
            text: decision.text,
            furtherJudgments: decision.furtherJudgments,
          },
    receipt,
  };
}

const INTERRUPTED = {
  code: 'CANCELLED',
  message: 'The process that worked on this run ended before it was done.',
  hint: 'Go on with it: train_resume. What it had finished is kept.',
};

/** A run for people. */
export function renderRun(run: RunOutput): string {
  const progress = run.total > 0 && run.decision === null ? ` (${run.stage} ${run.done}/${run.total})` : '';
  const left = run.secondsLeft === null ? '' : `, ${run.secondsLeft} s left`;
  const whose = run.specialist === '' ? '' : ` for ${run.specialist}`;
  const lines = [`${run.id}  ${run.kind} on ${run.suite}${whose}: ${run.state}${progress}${left}`];
  if (run.error !== null)
    lines.push(`   ${run.error.message}${run.error.hint === undefined ? '' : ` ${run.error.hint}`}`);
  if (run.decision !== null) {
    lines.push(`   ${run.decision.text}`);
    if (run.decision.mayPromote) lines.push(`   Proven: put it in force with train_promote (${run.id}).`);
  }
  lines.push(`   created ${run.createdAt}, seed ${run.seed}${run.job === '' ? '' : `, job ${run.job}`}`);
  return lines.join('\n');
}
