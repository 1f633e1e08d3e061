import { z } from 'zod';
import { toCsv, toLatex, toMarkdown } from '../../core/benchmark/report-files.js';
import { toHtml } from '../../core/benchmark/report-html.js';
import { toTable } from '../../core/benchmark/report-text.js';
import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import { requireWritable } from '../../services/access/write-access.js';
import type { Services } from '../../services/services.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { writeFields } from '../write-fields.js';
import { runIdsField, seedField } from './benchmark-fields.js';

const FORMATS = ['table', 'markdown', 'json', 'csv', 'latex', 'html', 'trec'] as const;
type Format = (typeof FORMATS)[number];

const ENDINGS: Readonly<Record<string, Format>> = {
  txt: 'table',
  md: 'markdown',
  json: 'json',
  csv: 'csv',
  tex: 'latex',
  html: 'html',
  trec: 'trec',
  run: 'trec',
};

export const benchmarkExport = defineOperation({
  name: 'benchmark_export',
  summary: 'Write a report file',
  description:
    'Writes the report of runs to a file: one self-contained HTML page with plots, Markdown, JSON, CSV, LaTeX, text, or the rankings of one run in TREC form. The ending of the path chooses the format. Without ids: the last job.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/export' },
  cli: { command: ['benchmark', 'export'], positional: ['output', 'runs'] },
  input: z.strictObject({
    output: z.string().min(1).max(4000).describe('Path of the file to write, for instance report.html or run.trec.gz.'),
    runs: runIdsField.default([]),
    format: z.enum(FORMATS).optional().describe('Format, when the ending of the path does not say it.'),
    perQuery: z.boolean().default(false).describe('Put the scores of every query into JSON.'),
    moved: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(20)
      .describe('How many moved queries (first run against last) to show.'),
    ...writeFields,
    seed: seedField,
  }),
  output: z.object({ file: z.string(), format: z.enum(FORMATS), runs: z.array(z.string()) }),
  errors: [
    'INPUT_INVALID',
    'RUN_NOT_FOUND',
    'RUN_INVALID',
    'SUITE_NOT_FOUND',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'SUITE_INVALID',
    'ALREADY_EXISTS',
    'CONFIRMATION_REQUIRED',
  ],
  examples: [{ output: './report.html', runs: ['run_unknown'] }],
  async run({ services, door }, input) {
    const reach = reachOf({ services, door });
    const { runs, perQuery, moved, seed, overwrite, confirm } = input;
    const path = await requireWritable(reach, { path: input.output, kind: 'file', overwrite, confirm });
    const format = input.format ?? formatOf(input.output);
    const options = { perQuery: perQuery || format === 'html', moved, seed, reach };
    const report = await (await services.benchmark()).report(runs, options);
    const ids = report.runs.flatMap((run) => run.id ?? []);
    if (format === 'trec') await (await services.benchmark()).exportRun(ids, path, { replace: overwrite });
    else {
      const text = await textOf(services, { report, format, ids, reach });
      await (await services.context.suiteFiles()).writeText(path, text, { replace: overwrite });
    }
    return { file: path, format, runs: ids };
  },
  render: (output) => `Wrote ${output.file} (${output.format}) of ${output.runs.join(', ')}.`,
});

/** @throws QuarryError INPUT_INVALID */
function formatOf(path: string): Format {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (format !== undefined) return format;
  throw new QuarryError(
    'INPUT_INVALID',
    `Cannot tell the format of ${JSON.stringify(path.slice(0, 300))} by its ending.`,
    {
      hint: `Name the format, or end the path in one of: ${Object.keys(ENDINGS).join(', ')}.`,
    },
  );
}

async function textOf(
  services: Services,
  about: {
    readonly report: Parameters<typeof toHtml>[0];
    readonly format: Exclude<Format, 'trec'>;
    readonly ids: readonly string[];
    readonly reach: Reach;
  },
): Promise<string> {
  const { report, format, ids, reach } = about;
  const texts: Readonly<Record<Exclude<Format, 'trec'>, () => string | Promise<string>>> = {
    table: () => `${toTable(report)}\n`,
    markdown: () => toMarkdown(report),
    json: () => `${JSON.stringify(report, null, 2)}\n`,
    csv: () => toCsv(report),
    latex: () => toLatex(report),
    html: async () => toHtml(report, await (await services.benchmark()).curves(ids, reach)),
  };
  return texts[format]();
}
