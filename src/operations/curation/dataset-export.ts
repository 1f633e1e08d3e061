import { z } from 'zod';
import { SPLITS } from '../../core/curation/example.js';
import { EXPORT_FORMATS } from '../../core/curation/formats/export-shapes.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';
import { datasetName, previewField, versionField } from './dataset-fields.js';

export const datasetExport = defineOperation({
  name: 'dataset_export',
  summary: 'Export a dataset',
  description:
    'Writes a dataset to a folder as a job: sentence-transformers pair, triplet, n-tuple or scored, beir, openai chat, alpaca, sharegpt, jsonl or parquet, with dataset card, checksums, manifest, provenance and an HTML data sheet. Refused when it holds secrets or personal data, touches the test split of a suite, a suite cannot be read, crosses splits, or has licences that are not allowed; the reason is told.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/export', status: 202 },
  cli: { command: ['dataset', 'export'], positional: ['name', 'path'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    path: z.string().min(1).max(4_000).describe('Folder to make.'),
    version: versionField,
    format: z.enum(EXPORT_FORMATS).default('jsonl').describe('Format; default jsonl (every field).'),
    container: z
      .enum(['jsonl', 'parquet'])
      .default('jsonl')
      .describe('Files as JSON Lines (default) or Parquet, for flat formats.'),
    negatives: z
      .number()
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('Negatives per row of n-tuple; rows with fewer are left out. Default 3.'),
    splits: z.array(z.enum(SPLITS)).max(3).default([]).describe('Splits to export; default all.'),
    sensitive: z
      .enum(['refuse', 'redact', 'drop', 'keep'])
      .default('refuse')
      .describe('What happens to secrets and personal data; default refuse.'),
    publish: z.boolean().default(false).describe('Meant for others: unknown licences are refused.'),
    licences: z
      .array(z.string().min(1).max(200))
      .max(100)
      .default([])
      .describe('SPDX licences allowed; default the open ones when publishing, else any.'),
    otherLicences: z
      .enum(['refuse', 'drop'])
      .default('refuse')
      .describe('What happens to examples of other licences; default refuse.'),
    overrideSuites: z
      .array(z.string().min(1).max(100))
      .max(100)
      .default([])
      .describe('Suites whose test split may be touched, or that cannot be read, by name; recorded on the card.'),
    manifest: z
      .string()
      .min(1)
      .max(4_000)
      .optional()
      .describe(
        'manifest.json of an earlier export to make again in path: its version and settings are taken, and the data must come out the same.',
      ),
    ...writeFields,
    preview: previewField(false),
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'DATASET_NOT_FOUND',
    'DATASET_INVALID',
    'GATE_FAILED',
    'ALREADY_EXISTS',
    'PATH_UNREADABLE',
    'PATH_NOT_FOUND',
    'CONFIRMATION_REQUIRED',
    'STORE_FULL',
  ],
  examples: [{ name: 'no-such-dataset', path: './no-such-export' }],
  async run({ services, door }, input) {
    const { name, ...request } = input;
    const job = await (await services.curation()).exports.start(
      { ...request, dataset: name },
      reachOf({ services, door }),
    );
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
