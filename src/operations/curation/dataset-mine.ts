import { z } from 'zod';
import { MINERS, MINING_BOUNDS } from '../../core/curation/miners/mined-pair.js';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { collectionNames, filterFields, filterOf } from '../shapes.js';
import { datasetName, previewField } from './dataset-fields.js';

export const datasetMine = defineOperation({
  name: 'dataset_mine',
  summary: 'Mine pairs from documents',
  description:
    "Makes training pairs out of the structure of ingested documents, without any LLM, as a job: heading and section, docstring and code, question and answer, issue and fix, link text and target, commit subject and body, term and definition, image description and paragraph. The job's result tells each miner's yield with samples. Previews by default; set preview to false to write.",
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/mine', status: 202 },
  cli: { command: ['dataset', 'mine'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    collections: collectionNames,
    miners: z
      .array(z.enum(MINERS))
      .min(1)
      .max(MINERS.length)
      .default([...MINERS])
      .describe('Miners to use; default all.'),
    limit: z
      .number()
      .int()
      .min(1)
      .max(200_000)
      .default(10_000)
      .describe('Most pairs in all, taken evenly over documents and miners; default 10000.'),
    minCharacters: z
      .number()
      .int()
      .min(10)
      .max(10_000)
      .default(MINING_BOUNDS.minCharacters)
      .describe('Shortest passage; default 80.'),
    maxCharacters: z
      .number()
      .int()
      .min(50)
      .max(100_000)
      .default(MINING_BOUNDS.maxCharacters)
      .describe('Longest passage, cut at a paragraph; default 2000.'),
    ...filterFields,
    preview: previewField(true),
  }),
  output: startedJobShape,
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'ALREADY_EXISTS', 'STORE_FULL'],
  examples: [{ name: 'example-dataset', miners: ['headings'], limit: 10 }],
  async run({ services }, input) {
    const { name, collections, miners, limit, minCharacters, maxCharacters, preview } = input;
    if (minCharacters > maxCharacters) {
      throw new QuarryError('INPUT_INVALID', 'minCharacters is larger than maxCharacters.', { hint: 'Swap them.' });
    }
    const job = await (await services.curation()).mining.start({
      dataset: name,
      collections,
      filter: filterOf(input),
      miners: [...new Set(miners)],
      limit,
      bounds: { minCharacters, maxCharacters },
      preview,
    });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
