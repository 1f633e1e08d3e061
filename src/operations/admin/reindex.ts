import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { collectionName } from '../shapes.js';

export const reindex = defineOperation({
  name: 'reindex',
  summary: 'Reindex a collection',
  description:
    'Cuts and embeds a collection anew with the model in use, from the stored texts, as a job. Searches use the old index until the new one is whole.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'POST', path: '/collections/:name/reindex', status: 202 },
  cli: { command: ['reindex'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: collectionName,
    maxTokens: z.number().int().min(32).max(2048).optional().describe('Largest chunk in tokens from now on.'),
    minTokens: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('Smaller chunks are merged with a neighbour from now on.'),
  }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'MODEL_UNAVAILABLE', 'STORE_LOCKED'],
  examples: [{ name: 'no-such-collection' }],
  async run({ services }, { name, maxTokens, minTokens }) {
    const sizing = {
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(minTokens === undefined ? {} : { minTokens }),
    };
    const job = await services.reindex.start(name, sizing);
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
