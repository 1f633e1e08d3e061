import { z } from 'zod';
import type { LearningReport } from '../../core/specialists/learning-report.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { specialistName } from '../specialist-fields.js';

/** A report for people. */
export function renderLearning({
  specialist,
  endedAt,
  dataset,
  queued,
  mined,
  runs,
  next,
  skipped,
}: LearningReport): string {
  return [
    `${specialist}, ${endedAt}: ${queued} candidates queued in ${dataset}, ${mined} pairs mined${skipped === '' ? '' : `. ${skipped}`}`,
    ...runs.map(
      ({ run, kind, state, isPromoted, decision }) =>
        `   ${kind} ${run} ${state}${isPromoted ? ', promoted' : ''}: ${decision}`,
    ),
    ...next.map((advice) => `   -> ${advice}`),
  ].join('\n');
}

export const learn = defineOperation({
  name: 'learn',
  summary: 'Learn for specialists',
  description:
    'One cycle of continuous learning as a job, within a budget, for cron or by hand: mines pairs, queues what was used and what contradicts for judging, trains settings and a query adapter for each specialist that has a suite, proves them on held-out questions, promotes what is proven (unless told not to) and reports (learning_reports). Trains nothing while questions, knowledge and settings are as at the last proof. quarry serve does the same on a schedule (QUARRY_LEARN_EVERY_HOURS).',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/learning', status: 202 },
  cli: { command: ['learn'], positional: ['specialists'] },
  startsJob: 'jobId',
  jobAnswer: { operation: 'learning_reports', key: 'jobs' },
  input: z.strictObject({
    specialists: z.array(specialistName).max(50).default([]).describe('For these; default all in use.'),
    budgetMinutes: z.number().min(0.1).max(240).default(20).describe('How long it may take; default 20.'),
    promote: z.boolean().default(true).describe('Whether a proven gain is put in force at once; default true.'),
  }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ budgetMinutes: 30 }],
  async run({ services, door }, { specialists, budgetMinutes, promote }) {
    const learning = await services.learning();
    const reach = reachOf({ services, door });
    const job = await learning.start({ specialists, budgetMinutes, promotes: promote, reach });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: (output) => `${renderStarted(output)} Then read what it came to: learning_reports.`,
});
