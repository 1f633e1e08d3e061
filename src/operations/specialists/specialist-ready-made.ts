import { join } from 'node:path';
import { z } from 'zod';
import { LOCAL_REACH } from '../../core/reach.js';
import { READY_MADE } from '../../core/specialists/ready-made.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';

const NAMES = READY_MADE.map(({ name }) => name);

export const specialistReadyMade = defineOperation({
  name: 'specialist_ready_made',
  summary: 'Add a ready-made specialist',
  description:
    'Makes one of the specialists that ship with the product: its documents are ingested, as a job, into a collection of its name, and its suite judges it. Best in a workspace of their own, so that what they know stays apart from yours.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/ready-made', status: 202 },
  cli: { command: ['specialist', 'ready-made'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({ name: z.enum(NAMES).describe(`Which one: ${NAMES.join(', ')}.`) }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'FINGERPRINT_MISMATCH', 'MODEL_UNAVAILABLE', 'STORE_LOCKED'],
  examples: [{ name: 'router-specialist' }],
  async run({ services }, { name }) {
    const { registry } = await services.specialists();
    const { bundled } = await services.context.suiteFiles();
    await services.collections.ensure(name);
    const made = READY_MADE.find((one) => one.name === name);
    const isThere = (await registry.list()).some((one) => one.name === name);
    if (made !== undefined && !isThere) await registry.create(name, { ...made, collections: [name], suites: [name] });
    // What ships with the product may be read by whoever may use it.
    const target = join(bundled, name, 'documents');
    const { job } = await services.ingest.ingest({ target, collection: name }, LOCAL_REACH);
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
