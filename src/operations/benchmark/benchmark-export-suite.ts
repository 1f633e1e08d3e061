import { z } from 'zod';
import { requireWritable } from '../../services/access/write-access.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';
import { suiteField } from './benchmark-fields.js';

export const benchmarkExportSuite = defineOperation({
  name: 'benchmark_export_suite',
  summary: 'Write a suite for other tools',
  description:
    'Writes a suite with its documents into a new folder, as a BEIR folder (corpus.jsonl, queries.jsonl, qrels) or as TREC files (corpus.trec, topics.xml, qrels.txt), gzipped if wanted.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/suites/export' },
  cli: { command: ['benchmark', 'export-suite'], positional: ['suite', 'folder'] },
  input: z.strictObject({
    suite: suiteField,
    folder: z.string().min(1).max(4000).describe('Path of the folder to make.'),
    format: z.enum(['beir', 'trec']).default('beir').describe('beir or trec.'),
    gzip: z.boolean().default(false).describe('Whether every file is gzipped.'),
    split: z.string().min(1).max(100).optional().describe('Judgments to write; default test.'),
    ...writeFields,
  }),
  output: z.object({ suite: z.string(), files: z.array(z.string()) }),
  errors: [
    'INPUT_INVALID',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'ALREADY_EXISTS',
    'CONFIRMATION_REQUIRED',
  ],
  examples: [{ suite: 'no-such-suite', folder: './no-such-folder' }],
  async run({ services, door }, input) {
    const reach = reachOf({ services, door });
    const { format, gzip, overwrite, confirm } = input;
    const folder = await requireWritable(reach, { path: input.folder, kind: 'folder', overwrite, confirm });
    const suite = await (await services.benchmark()).openSuite(input, reach);
    const files = await (await services.context.suiteFiles()).exportSuite(suite, { folder, format, gzip, overwrite });
    return { suite: suite.manifest.name, files: files.map((file) => file.path) };
  },
  render: (output) => `Wrote ${output.suite}: ${output.files.join(', ')}.`,
});
