import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { QuarryError, toQuarryError } from '../src/core/errors.js';
import { LOCAL_REACH } from '../src/core/reach.js';
import { bootstrapMean, type Interval } from '../src/core/statistics/bootstrap.js';
import { mean } from '../src/core/statistics/mean.js';
import { pairedRandomization } from '../src/core/statistics/paired-randomization.js';
import { openQuarry } from '../src/quarry.js';

const USAGE = `npm run evaluate:collections -- FOLDER... [--model FOLDER]... [--alpha A]...

Indexes each collection (BEIR layout: corpus.jsonl, queries.jsonl, qrels/test.tsv) with the product's own pipeline and prints
nDCG@10 of vector, keyword and hybrid search, with 95 % bootstrap intervals and paired randomization tests against keyword search.
  --model   model folder or name; default the bundled model. Given twice, the second is tested against the first
  --alpha   weight of the vector leg in hybrid search; default the product's. Given several times, each is run
  --rrf     runs reciprocal rank fusion beside the convex blend`;

const METRIC = 'ndcg@10';
const SEED = 20_261_122;
const WAIT_MS = 20_000;

/** Scores of one configuration by collection, then query. */
type Scores = Map<string, Map<string, number>>;

/** Configurations of all models, by name. */
type Table = Map<string, Scores>;

interface Request {
  readonly model: string;
  readonly label: string;
  readonly folders: readonly string[];
  readonly alphas: readonly number[];
  readonly hasRrf: boolean;
}

/** Runs every mode over every collection with one model, in a workspace of its own that is removed afterwards. */
async function scoreModel({ model, label, folders, alphas, hasRrf }: Request, table: Table): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-evaluate-'));
  const quarry = await openQuarry({ home, model, logLevel: 'warn' });
  try {
    const { benchmark, jobs } = quarry.services;
    const modes = ['vector', 'keyword', 'hybrid'] as const;
    for (const folder of folders) {
      const blends = hasRrf ? (['convex', 'rrf'] as const) : [];
      const none = { candidates: [], maxTokens: [], rankConstants: [], rerank: false, diversity: 0 };
      const sweep = { modes, alphas, blends, ...none };
      const job = await benchmark.start({ suite: resolve(folder), sweep, metrics: [METRIC], seed: SEED }, LOCAL_REACH);
      for (;;) {
        const current = await jobs.wait(job.id, WAIT_MS);
        if (current.state === 'succeeded') break;
        if (current.state === 'failed' || current.state === 'cancelled' || current.state === 'interrupted') {
          throw new QuarryError('INTERNAL', `${folder}: ${current.error?.message ?? current.state}`);
        }
      }
      const report = await benchmark.report([job.id], { perQuery: true, moved: 0, seed: SEED, reach: LOCAL_REACH });
      for (const run of report.runs) {
        const scores = Object.entries(run.perQuery ?? {}).map(([query, row]): [string, number] => [
          query,
          row[METRIC] ?? 0,
        ]);
        const name = `${label}${run.name}`;
        const collections = table.get(name) ?? new Map();
        table.set(name, collections.set(basename(folder), new Map(scores)));
      }
    }
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

const three = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.');
const shown = ({ mean: middle, low, high }: Interval): string => `${three(middle)} [${three(low)}, ${three(high)}]`;

/** Differences of two configurations on the queries of one collection. */
function differences(a: Scores, b: Scores, collection: string): number[] {
  const before = a.get(collection) ?? new Map<string, number>();
  return [...(b.get(collection) ?? [])].map(([query, score]) => score - (before.get(query) ?? 0));
}

/** Mean over collections, each of which counts alike. */
function grandMean(scores: Scores): number {
  return mean([...scores.values()].map((queries) => mean([...queries.values()])));
}

/** p of the difference of the two grand means: each query weighs by one over its collection's size. */
function grandP(a: Scores, b: Scores): number {
  const weighted = [...b.keys()].flatMap((collection) => {
    const entries = differences(a, b, collection);
    return entries.map((entry) => entry / entries.length);
  });
  return pairedRandomization(weighted, { seed: SEED }).p;
}

function printTable(table: Table, names: readonly string[]): void {
  const collections = [...(table.values().next().value ?? new Map()).keys()];
  process.stdout.write(
    `| nDCG@10 | ${collections.join(' | ')} | mean |\n|---|${'---|'.repeat(collections.length + 1)}\n`,
  );
  for (const name of names) {
    const scores = table.get(name) ?? new Map<string, Map<string, number>>();
    const cells = [...scores.values()].map((queries) => shown(bootstrapMean([...queries.values()], { seed: SEED })));
    process.stdout.write(`| ${name} | ${cells.join(' | ')} | ${three(grandMean(scores))} |\n`);
  }
}

function printTest(table: Table, before: string, after: string): void {
  const [a, b] = [table.get(before), table.get(after)];
  if (!a || !b) return;
  const cells = [...b.keys()].map((collection) => {
    const entries = differences(a, b, collection);
    const { p } = pairedRandomization(entries, { seed: SEED });
    return `${collection} ${shown(bootstrapMean(entries, { seed: SEED }))} p ${p.toFixed(4)}`;
  });
  const total = grandMean(b) - grandMean(a);
  process.stdout.write(
    `\n${after} - ${before}: mean ${three(total)} p ${grandP(a, b).toFixed(4)}; ${cells.join('; ')}\n`,
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      model: { type: 'string', multiple: true, default: [''] },
      alpha: { type: 'string', multiple: true, default: [] },
      rrf: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || positionals.length === 0) {
    process.stdout.write(`${USAGE}\n`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const table: Table = new Map();
  const labels = values.model.map((model) => (values.model.length === 1 ? '' : `${basename(model) || 'bundled'}: `));
  for (const [at, model] of values.model.entries()) {
    const request = {
      model,
      label: labels[at] ?? '',
      folders: positionals,
      alphas: values.alpha.map(Number),
      hasRrf: values.rrf,
    };
    await scoreModel(request, table);
  }
  const names = [...table.keys()];
  printTable(table, names);
  for (const label of labels) {
    const own = names.filter((name) => name.startsWith(label));
    const keyword = own.find((name) => name.includes('keyword')) ?? '';
    for (const name of own) if (name !== keyword) printTest(table, keyword, name);
  }
  const [first = '', second] = labels;
  if (second === undefined) return;
  for (const name of names.filter((entry) => entry.startsWith(first))) {
    printTest(table, name, second + name.slice(first.length));
  }
}

main().catch((error: unknown) => {
  const { code, message, hint } = toQuarryError(error);
  process.stderr.write(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  process.exitCode = 1;
});
