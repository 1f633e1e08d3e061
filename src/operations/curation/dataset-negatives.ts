import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { NEGATIVE_SOURCES } from '../../services/curation/negative-service.js';
import { NEGATIVE_FORMS } from '../../services/curation/passage-pool.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { collectionNames } from '../shapes.js';
import { datasetName, previewField, seedField } from './dataset-fields.js';

export const datasetNegatives = defineOperation({
  name: 'dataset_negatives',
  summary: 'Mine hard negatives',
  description:
    'Gives pairs hard negatives, which makes triplets of them, as a job: passages that BM25, vectors or both rank high, in a rank window, scoring at most positive - |positive| * relativeMargin. Same documents, near-duplicates and known answers are excluded; suspicious passages go to review (state needs-review). The result has statistics of scores, margins and skips. Previews by default; set preview to false to write.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/negatives', status: 202 },
  cli: { command: ['dataset', 'negatives'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    collections: collectionNames,
    source: z
      .enum(NEGATIVE_SOURCES)
      .default('both')
      .describe('Who nominates: both (default), vector or keyword (BM25).'),
    form: z
      .enum(NEGATIVE_FORMS)
      .default('auto')
      .describe(
        "What negatives are made of: dataset takes the dataset's own positives (of the same split) that lie in the passages found, chunks takes the passages as they are stored; auto (default) is dataset when at least half of the pairs come from stored documents.",
      ),
    perAnchor: z.number().int().min(1).max(10).default(3).describe('Negatives per anchor, 1 to 10; default 3.'),
    rankFrom: z.number().int().min(1).max(1_000).default(1).describe('First rank looked at; default 1.'),
    rankTo: z.number().int().min(1).max(1_000).default(100).describe('Last rank looked at; default 100.'),
    relativeMargin: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Part of the positive score that a negative must stay below it; default .05.'),
    absoluteMargin: z
      .number()
      .min(0)
      .max(2)
      .default(0)
      .describe('Distance that a negative must stay below the positive score; default 0.'),
    maxScore: z.number().min(-1).max(1).optional().describe('Highest cosine of a negative; default no limit.'),
    minScore: z.number().min(-1).max(1).optional().describe('Lowest cosine of a negative; default no limit.'),
    sampling: z
      .enum(['top', 'random'])
      .default('top')
      .describe('top (default) takes the hardest, random draws among those that pass.'),
    veto: z
      .boolean()
      .default(false)
      .describe('Let the configured cross-encoder strike out negatives that it scores like the positive.'),
    limit: z.number().int().min(1).max(200_000).default(10_000).describe('Pairs to treat; default 10000.'),
    seed: seedField,
    preview: previewField(true),
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'DATASET_NOT_FOUND',
    'COLLECTION_NOT_FOUND',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'ALREADY_EXISTS',
    'STORE_FULL',
  ],
  examples: [{ name: 'no-such-dataset', perAnchor: 3 }],
  async run({ services }, input) {
    if (input.rankFrom > input.rankTo) {
      throw new QuarryError('INPUT_INVALID', 'rankFrom is larger than rankTo.', { hint: 'Swap them.' });
    }
    if ((input.minScore ?? -1) > (input.maxScore ?? 1)) {
      throw new QuarryError('INPUT_INVALID', 'minScore is larger than maxScore.', { hint: 'Swap them.' });
    }
    const { perAnchor, rankFrom, rankTo, relativeMargin, absoluteMargin, maxScore, minScore, sampling, seed } = input;
    const job = await (await services.curation()).negatives.start({
      dataset: input.name,
      collections: input.collections,
      source: input.source,
      form: input.form,
      veto: input.veto,
      limit: input.limit,
      preview: input.preview,
      rules: {
        perAnchor,
        rankFrom,
        rankTo,
        relativeMargin,
        absoluteMargin,
        sampling,
        seed,
        ...(maxScore === undefined ? {} : { maxScore }),
        ...(minScore === undefined ? {} : { minScore }),
      },
    });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
