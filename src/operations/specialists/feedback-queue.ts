import { z } from 'zod';
import { datasetName } from '../curation/dataset-fields.js';
import { defineOperation } from '../define.js';

export const feedbackQueue = defineOperation({
  name: 'feedback_queue',
  summary: 'Queue feedback for judging',
  description:
    'Adds what was used, by feedback, to a dataset as pairs that need review, with trust 0: candidates for the curation desk (curate_next), never labels by themselves.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/feedback/queue' },
  cli: { command: ['feedback', 'queue'], positional: ['dataset'] },
  input: z.strictObject({
    dataset: datasetName.describe('Dataset that they are added to; made when it is absent.'),
    limit: z.number().int().min(1).max(1000).default(100).describe('Most candidates; default 100.'),
  }),
  output: z.object({ dataset: z.string(), candidates: z.number(), added: z.number() }),
  errors: ['INPUT_INVALID', 'DATASET_INVALID', 'STORE_LOCKED'],
  examples: [{ dataset: 'from-feedback' }],
  async run({ services }, { dataset, limit }) {
    const { feedback } = await services.specialists();
    return { dataset, ...(await feedback.queueCandidates(dataset, { limit })) };
  },
  render: ({ dataset, candidates, added }) =>
    `${added} of ${candidates} candidates are new in ${dataset}; judge them with curate_next.`,
});
