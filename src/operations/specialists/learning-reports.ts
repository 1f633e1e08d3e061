import { z } from 'zod';
import { LEARNING_REPORT } from '../../core/specialists/learning-report.js';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { renderLearning } from './learn.js';

export const learningReports = defineOperation({
  name: 'learning_reports',
  summary: 'Read reports of learning',
  description: 'Lists what the cycles of continuous learning came to, newest first: candidates, runs, decisions.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/learning' },
  cli: { command: ['learning'] },
  input: z.strictObject({
    specialist: specialistName.optional().describe('Only those of this specialist.'),
    jobs: z
      .array(z.string().min(1).max(200))
      .max(64)
      .default([])
      .describe('Only those of these cycles, by the ids of their jobs; default all.'),
    limit: z.number().int().min(1).max(200).default(20).describe('How many; default 20.'),
  }),
  output: z.object({ reports: z.array(LEARNING_REPORT) }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  async run({ services }, { specialist, jobs, limit }) {
    const all = await (await services.learning()).reports();
    const own = all
      .filter((report) => specialist === undefined || report.specialist === specialist)
      .filter(({ job }) => jobs.length === 0 || jobs.includes(job));
    return { reports: own.slice(0, limit) };
  },
  render: ({ reports }) =>
    reports.length === 0
      ? 'There is no report: no cycle has reached a specialist. Start one with learn.'
      : reports.map(renderLearning).join('\n\n'),
});
