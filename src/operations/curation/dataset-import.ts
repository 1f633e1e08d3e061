import { z } from 'zod';
import { IMPORT_FORMATS } from '../../services/curation/import-service.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { aboutFields, aboutOf, datasetName, previewField } from './dataset-fields.js';

export const datasetImport = defineOperation({
  name: 'dataset_import',
  summary: 'Import a dataset file',
  description:
    'Adds examples from a file to a dataset, which is created when absent, as a job: JSON Lines, CSV or TSV (also gzip) in the shapes of sentence-transformers, OpenAI chat, Alpaca, ShareGPT or our own exports, or a folder in BEIR or TREC layout. Broken records are reported with their line; examples that are there already are passed over.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/import', status: 202 },
  cli: { command: ['dataset', 'import'], positional: ['name', 'path'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    path: z.string().min(1).max(4_000).describe('File to read, or folder for beir and trec.'),
    format: z.enum(IMPORT_FORMATS).default('auto').describe('Format; auto (default) tells it by the name.'),
    rowLicence: z.string().max(200).default('').describe('SPDX licence of rows that name none.'),
    rowLanguage: z.string().max(40).default('').describe('Language of rows that name none.'),
    ...aboutFields,
    preview: previewField(false),
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'FORMAT_UNSUPPORTED',
    'DATASET_INVALID',
    'ALREADY_EXISTS',
    'STORE_FULL',
  ],
  examples: [{ name: 'example-dataset', path: './no-such-file.jsonl' }],
  async run({ services, door }, input) {
    const request = {
      dataset: input.name,
      path: input.path,
      format: input.format,
      licence: input.rowLicence,
      language: input.rowLanguage,
      about: aboutOf(input),
      preview: input.preview,
    };
    const job = await (await services.curation()).imports.start(request, reachOf({ services, door }));
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
