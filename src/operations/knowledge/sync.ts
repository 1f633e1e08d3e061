import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';

export const sync = defineOperation({
  name: 'sync',
  summary: 'Sync sources',
  description:
    'Brings sources up to date as a job: reads what changed, removes what vanished, keeps what could not be read.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/sync', status: 202 },
  maxInputBytes: 1024 * 1024,
  cli: { command: ['sync'], positional: ['sources'] },
  startsJob: 'jobId',
  input: z.strictObject({
    sources: z
      .array(z.string().min(1).max(4000))
      .max(200)
      .default([])
      .describe('Ids or urls of sources; default: all.'),
    full: z.boolean().default(false).describe('Read everything again, even what seems unchanged.'),
  }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'SOURCE_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ sources: ['src_unknown'] }],
  async run({ services, door }, input) {
    const job = await services.ingest.sync(input.sources, { full: input.full, reach: reachOf({ services, door }) });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
