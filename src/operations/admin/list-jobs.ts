import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { JOB_STATES } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { jobShape, renderJob, toJobShape } from '../job-shape.js';
import { cursor, pageLimit, pageLine } from '../shapes.js';

export const listJobs = defineOperation({
  name: 'list_jobs',
  summary: 'List jobs',
  description: 'Lists jobs, newest first, with their state, counts and errors.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'GET', path: '/jobs' },
  cli: { command: ['jobs'] },
  input: z.strictObject({
    states: z.array(z.enum(JOB_STATES)).max(6).default([]).describe('Only jobs in these states; default: all.'),
    limit: pageLimit,
    cursor,
  }),
  output: z.object({ jobs: z.array(jobShape), total: z.number(), nextCursor: z.string().nullable() }),
  errors: ['INPUT_INVALID', 'CURSOR_INVALID'],
  examples: [{}, { states: ['failed'], limit: 1 }],
  async run({ services }, input) {
    const offset = decodeCursor(input.cursor, ['jobs', input.states]);
    const page = await services.jobs.list(input.states, { offset, limit: input.limit });
    const next = offset + page.items.length;
    return {
      jobs: page.items.map(toJobShape),
      total: page.total,
      nextCursor: page.items.length > 0 && next < page.total ? encodeCursor(next, ['jobs', input.states]) : null,
    };
  },
  render: ({ jobs, total, nextCursor }) =>
    [...jobs.map(renderJob), pageLine(jobs.length, total, nextCursor)].join('\n'),
});
