import { z } from 'zod';
import { JOB_STATES } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { renderRun, runShape, toRunShape } from './run-shape.js';

export const trainList = defineOperation({
  name: 'train_list',
  summary: 'List training runs',
  description: 'Lists training runs, newest first, with their states and what they came to.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/training/runs' },
  cli: { command: ['train', 'list'] },
  input: z.strictObject({
    states: z.array(z.enum(JOB_STATES)).max(6).default([]).describe('Only runs in these states; default all.'),
    specialist: specialistName.optional().describe('Only runs for this specialist.'),
    runs: z
      .array(z.string().min(1).max(200))
      .max(64)
      .default([])
      .describe('Only these runs, by their ids or by those of their jobs; default all.'),
    limit: z.number().int().min(1).max(200).default(20).describe('Most runs to list, 1 to 200.'),
    offset: z.number().int().min(0).max(100_000).default(0).describe('Runs to pass over.'),
  }),
  output: z.object({ total: z.number(), runs: z.array(runShape) }),
  errors: ['INPUT_INVALID', 'STORE_BROKEN'],
  examples: [{}],
  async run({ services }, { states, specialist, runs, limit, offset }) {
    const all = await (await services.trainingRuns()).list({ states, specialist });
    const wanted = all.filter(({ run }) => runs.length === 0 || runs.includes(run.id) || runs.includes(run.job));
    return { total: wanted.length, runs: wanted.slice(offset, offset + limit).map(toRunShape) };
  },
  render: ({ total, runs }) =>
    total === 0
      ? 'No training run has been started yet. Start one with train_start.'
      : [`${total} training runs`, ...runs.map(renderRun)].join('\n'),
});
