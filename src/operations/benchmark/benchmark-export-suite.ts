import { z } from 'zod';
import { defineOperation } from '../define.js';
import { guardPath } from '../guard-target.js';
import { guardSuite, suiteField } from './benchmark-fields.js';

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
    folder: z.string().min(1).max(4000).describe('Path of a folder that does not exist yet.'),
    format: z.enum(['beir', 'trec']).default('beir').describe('beir or trec.'),
    gzip: z.boolean().default(false).describe('Whether every file is gzipped.'),
    split: z.string().min(1).max(100).optional().describe('Judgments to write; default test.'),
  }),
  output: z.object({ suite: z.string(), files: z.array(z.string()) }),
  errors: ['INPUT_INVALID', 'SUITE_NOT_FOUND', 'SUITE_INVALID', 'PATH_NOT_FOUND', 'PATH_UNREADABLE', 'ALREADY_EXISTS'],
  examples: [{ suite: 'no-such-suite', folder: './no-such-folder' }],
  async run({ services, door }, input) {
    await guardSuite(services, door, input.suite);
    await guardPath(services.context.config, door, input.folder);
    const suite = await services.benchmark.openSuite(input.suite, input.split);
    const { folder, format, gzip } = input;
    const files = await (await services.context.suiteFiles()).exportSuite(suite, { folder, format, gzip });
    return { suite: suite.manifest.name, files: files.map((file) => file.path) };
  },
  render: (output) => `Wrote ${output.suite}: ${output.files.join(', ')}.`,
});
