import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toQuarryError } from '../src/core/errors.js';
import { evaluateFiles, type LabelledBuild } from './evaluate/evaluate-files.js';
import { evaluateLookUps, evaluateSuite } from './evaluate/evaluate-suites.js';
import { Evaluation } from './evaluate/evaluation.js';
import { type FileCollection, readFileCollection } from './evaluate/file-collection.js';
import { judge } from './evaluate/judge.js';
import { renderMarkdown, toJson } from './evaluate/render.js';
import { withSqlite } from './peers/sqlite.js';

const USAGE = `npm run evaluate:collections -- FOLDER... [options]

Measures search on collections in BEIR layout (corpus.jsonl, queries.jsonl, qrels/test.tsv) and on the look-ups of eval/.
A collection whose ids are the paths of files is written out as a folder, ingested with defaults and asked through the
search operation at its default limit, beside SQLite FTS5 over heading sections and grep. Any other is indexed and run by
the benchmark. Prints tables with 95 % bootstrap intervals and paired randomization tests. Ends with 1 when a target is
missed.
  --against FOLDER  another built checkout of Quarry, asked the same questions
  --model NAME      model folder or name; default the bundled model. Given twice, the second is tested against the first
  --alpha A         weight of the vector leg, for the benchmark; default the product's. May be given several times
  --rrf             runs reciprocal rank fusion beside the convex blend, in the benchmark
  --spans FOLDER    marked answers, NAME.json for each collection; default eval/answer-spans
  --sqlite FOLDER   where better-sqlite3 is installed, for a Node without node:sqlite; default: npm installs it anew
  --json            prints one object instead of tables
  --help            prints this`;

/** Root of this checkout, from dist/scripts. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Options {
  readonly folders: readonly string[];
  readonly models: readonly string[];
  readonly alphas: readonly number[];
  readonly hasRrf: boolean;
  readonly against: string | undefined;
  readonly spans: string;
  readonly sqlite: string | undefined;
}

async function evaluate(options: Options): Promise<Evaluation> {
  const evaluation = new Evaluation();
  const builds = buildsOf(options);
  const files: FileCollection[] = [];
  for (const folder of options.folders) {
    const collection = await readFileCollection(folder);
    if (collection === undefined) await evaluateSuite(folder, { ...options, builds }, evaluation);
    else files.push(collection);
  }
  if (files.length > 0) {
    await withSqlite(options.sqlite, async (peer) => {
      if ('reason' in peer) evaluation.notes.push(`FTS5 was left out: ${peer.reason}`);
      for (const collection of files) await evaluateFiles(collection, { ...options, builds, peer }, evaluation);
    });
  }
  const lookUps = join(ROOT, 'eval', 'look-ups');
  if (existsSync(lookUps)) await evaluateLookUps(lookUps, builds, evaluation);
  evaluation.sumUpTexts();
  judge(evaluation, builds);
  return evaluation;
}

/** This build with each model, then the other checkout; the first has no label. */
function buildsOf({ models, against }: Options): LabelledBuild[] {
  const builds = models.map((model, at) => ({
    label: at === 0 ? '' : `${basename(model) || 'bundled'}: `,
    checkout: ROOT,
    model,
  }));
  const other = { label: 'against: ', checkout: resolve(against ?? ''), model: models[0] ?? '' };
  return against === undefined ? builds : [...builds, other];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      against: { type: 'string' },
      model: { type: 'string', multiple: true, default: [''] },
      alpha: { type: 'string', multiple: true, default: [] },
      rrf: { type: 'boolean', default: false },
      spans: { type: 'string', default: join(ROOT, 'eval', 'answer-spans') },
      sqlite: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || positionals.length === 0) {
    process.stdout.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { model: models, alpha, rrf: hasRrf, against, spans, sqlite } = values;
  const evaluation = await evaluate({
    folders: positionals,
    models,
    alphas: alpha.map(Number),
    hasRrf,
    against,
    spans,
    sqlite,
  });
  process.stdout.write(values.json ? `${JSON.stringify(toJson(evaluation), null, 2)}\n` : renderMarkdown(evaluation));
  process.exitCode = evaluation.targets.every((target) => target.isReached) ? 0 : 1;
}

main().catch((error: unknown) => {
  const { code, message, hint } = toQuarryError(error);
  process.stderr.write(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  process.exitCode = 1;
});
