import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { QuarryError, toQuarryError } from '../src/core/errors.js';
import { judgeRanking } from '../src/core/metrics/judged-ranking.js';
import { ndcg } from '../src/core/metrics/ndcg.js';
import { dot } from '../src/core/ranking/cosine.js';
import { createStaticModel } from '../src/core/static-model/static-model.js';
import { createTokenizer } from '../src/core/static-model/tokenizer.js';
import { bootstrapMean } from '../src/core/statistics/bootstrap.js';
import { mean } from '../src/core/statistics/mean.js';
import { pairedRandomization } from '../src/core/statistics/paired-randomization.js';
import type { TrainingRecord } from '../src/core/training/pair-corpus.js';
import { createRandom } from '../src/core/training/random.js';
import { openQuarry, type Quarry } from '../src/quarry.js';
import { fineTuneStaticModel } from '../src/train/fine-tune-static-model.js';
import { readModelFolder } from '../src/train/model-folder.js';
import { readRecords } from '../src/train/record-file.js';

const USAGE = `node dist/scripts/bench-hard-negatives.js [FOLDER...] [--include GLOB,...] [--exclude GLOB,...] [--part test|validation]
  [--seeds 1,2,3] [--steps 300] [--batch 64,...] [--rate .005] [--pull 2] [--negatives 3] [--margin .05] [--rank-from 1]
  [--form auto|dataset|chunks] [--model FOLDER]

Does training on mined hard negatives beat training on random ones? Without a FOLDER the text is the documentation and the
declarations of the packages installed in node_modules.
  1. The text is ingested, pairs are mined, split without leaks, given hard negatives and exported as n-tuples: all by the
     product's own operations.
  2. The bundled model is trained on the exported rows of the train split as they are (hard), on the same rows with negatives
     drawn from all the rows' negatives (random), and on the same rows without (none): the same seeds, steps and settings.
  3. Each model ranks all mined passages for the queries of the split that was asked about. Choose settings with
     --part validation, and ask the test split once.`;

const NAME = 'bench';
const CUT = 10;
const ARMS = ['none', 'random', 'hard'] as const;
const INCLUDE = '**/*.md,**/*.d.ts';
const EXCLUDE = '**/CHANGELOG*,**/HISTORY*,**/LICEN*,**/CODE_OF_CONDUCT*';
/** The test split is large, so that small differences show. */
const SHARES = { train: 0.6, validation: 0.15, test: 0.25 };

const OPTIONS = {
  part: { type: 'string', default: 'test' },
  include: { type: 'string', default: INCLUDE },
  exclude: { type: 'string', default: EXCLUDE },
  seeds: { type: 'string', default: '1,2,3' },
  steps: { type: 'string', default: '300' },
  pull: { type: 'string', default: '2' },
  rate: { type: 'string', default: '.005' },
  batch: { type: 'string', default: '64' },
  negatives: { type: 'string', default: '3' },
  margin: { type: 'string', default: '.05' },
  form: { type: 'string', default: 'auto' },
  'rank-from': { type: 'string', default: '1' },
  model: { type: 'string', default: join('models', 'quarry-embed-v1') },
  help: { type: 'boolean', default: false },
} as const;

type Flags = Readonly<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>;

async function runJob(quarry: Quarry, name: string, input: object): Promise<unknown> {
  const { output } = await quarry.execute(name, input);
  const jobId = z.object({ jobId: z.string() }).parse(output).jobId;
  const job = await quarry.waitForJob(jobId);
  if (job.state !== 'succeeded') throw new QuarryError('INTERNAL', `${name}: ${job.error?.message ?? job.state}`);
  return job.result;
}

function tooLittle(): QuarryError {
  return new QuarryError('TRAINING_INVALID', 'The text gives too few pairs to train on and to ask about.', {
    hint: 'Give a larger folder, or choose other files with --include.',
  });
}

/** Ingests, mines and splits. */
async function makePairs(quarry: Quarry, folders: readonly string[], flags: Flags): Promise<void> {
  const options = { include: flags.include.split(','), exclude: flags.exclude.split(',') };
  for (const folder of folders) await runJob(quarry, 'ingest', { target: folder, options });
  const miners = ['headings', 'docstrings'];
  await runJob(quarry, 'dataset_mine', { name: NAME, miners, limit: 200_000, preview: false });
  const { counts, crossing } = z
    .object({ counts: z.record(z.string(), z.number()), crossing: z.number() })
    .parse(await runJob(quarry, 'dataset_split', { name: NAME, ...SHARES }));
  if (Object.values(SHARES).length > Object.values(counts).filter((count) => count > 0).length) throw tooLittle();
  process.stdout.write(`pairs: ${JSON.stringify(counts)}, ${crossing} links cross the splits\n`);
}

/** Exports some splits and reads them back as training records. */
async function exportRows(
  quarry: Quarry,
  form: { path: string; format: string; splits?: readonly string[]; negatives?: number },
): Promise<TrainingRecord[]> {
  const listed = z
    .object({ suites: z.array(z.object({ name: z.string() })) })
    .parse((await quarry.execute('benchmark_suites', {})).output);
  const overrideSuites = listed.suites.map((suite) => suite.name);
  await runJob(quarry, 'dataset_export', { name: NAME, sensitive: 'keep', overrideSuites, ...form });
  const data = join(form.path, 'data');
  const rows: TrainingRecord[] = [];
  for (const file of (await readdir(data)).sort())
    for await (const row of readRecords(join(data, file))) rows.push(row);
  return rows;
}

/** Gives the pairs hard negatives and exports those of the train split as n-tuples. */
async function makeTuples(quarry: Quarry, flags: Flags, home: string): Promise<TrainingRecord[]> {
  const negatives = Number(flags.negatives);
  const found = await runJob(quarry, 'dataset_negatives', {
    name: NAME,
    form: flags.form,
    perAnchor: negatives,
    relativeMargin: Number(flags.margin),
    rankFrom: Number(flags['rank-from']),
    limit: 200_000,
    preview: false,
  });
  const { form, anchors, withNegatives, suspicious } = z
    .object({ form: z.string(), anchors: z.number(), withNegatives: z.number(), suspicious: z.number() })
    .parse(found);
  const rows = await exportRows(quarry, {
    path: join(home, 'tuples'),
    format: 'n-tuple',
    splits: ['train'],
    negatives,
  });
  process.stdout.write(
    `negatives out of ${form}: ${withNegatives} of ${anchors} pairs got some, ${suspicious} doubts; ${rows.length} rows of train have ${negatives}\n`,
  );
  return rows;
}

/** Queries with the passages that answer them, and all passages to rank. */
interface Test {
  readonly queries: ReadonlyMap<string, ReadonlySet<string>>;
  readonly passages: readonly string[];
}

async function makeTest(quarry: Quarry, part: string, home: string): Promise<Test> {
  const all = await exportRows(quarry, { path: join(home, 'all'), format: 'pair' });
  const asked = await exportRows(quarry, { path: join(home, 'asked'), format: 'pair', splits: [part] });
  const queries = new Map<string, Set<string>>();
  for (const { anchors, text } of asked) {
    const query = anchors[0] ?? '';
    queries.set(query, (queries.get(query) ?? new Set<string>()).add(text));
  }
  return { queries, passages: [...new Set(all.map((row) => row.text))] };
}

/** Draws for one row, at most: in a small pool too few texts may be left. */
const MOST_DRAWS = 100;

/** The same rows with negatives drawn from all negatives, so that their form is the same and only their choice differs. */
function withRandomNegatives(rows: readonly TrainingRecord[], seed: number): TrainingRecord[] {
  const pool = [...new Set(rows.flatMap((row) => row.negatives ?? []))];
  const random = createRandom(seed);
  return rows.map((row) => {
    const opening = row.text.slice(0, 60);
    const drawn = new Set<string>();
    for (let turn = 0; turn < MOST_DRAWS && drawn.size < (row.negatives?.length ?? 0); turn++) {
      const text = pool[random.below(pool.length)] ?? '';
      if (!text.includes(opening)) drawn.add(text);
    }
    return { ...row, negatives: [...drawn] };
  });
}

/** Rows of one arm: they differ in their negatives alone. */
function rowsOf(arm: (typeof ARMS)[number], rows: readonly TrainingRecord[], seed: number): readonly TrainingRecord[] {
  if (arm === 'hard') return rows;
  return arm === 'random' ? withRandomNegatives(rows, seed) : rows.map((row) => ({ ...row, negatives: [] }));
}

/** nDCG@10 of each query. */
async function scoreModel(folder: string, { queries, passages }: Test): Promise<number[]> {
  const { tokenizerJson, weights } = await readModelFolder(folder);
  const model = createStaticModel({ tokenizer: createTokenizer(tokenizerJson), ...weights });
  const vectors = passages.map((passage) => model.embed(passage));
  return [...queries].map(([query, answers]) => {
    const asked = model.embed(query);
    const scored = vectors.map((vector, at) => ({ id: passages[at] ?? '', score: dot(asked, vector) }));
    return ndcg(judgeRanking(scored, new Map([...answers].map((answer) => [answer, 1]))), CUT);
  });
}

/** What all trainings of one comparison share. */
interface Comparison {
  readonly home: string;
  readonly rows: readonly TrainingRecord[];
  readonly test: Test;
  readonly flags: Flags;
  readonly batchSize: number;
}

/** Scores of each query after training, by arm, as means over the seeds. */
async function trainArms({ home, rows, test, flags, batchSize }: Comparison) {
  const seeds = flags.seeds.split(',').map(Number);
  const after = new Map(ARMS.map((arm) => [arm, [...test.queries].map(() => 0)]));
  const epochs = (Number(flags.steps) * batchSize) / rows.length;
  for (const seed of seeds) {
    const shown: string[] = [];
    for (const arm of ARMS) {
      const { steps, loss } = await fineTuneStaticModel({
        modelFolder: flags.model,
        records: rowsOf(arm, rows, seed),
        outputFolder: join(home, arm),
        options: { seed, epochs, batchSize, pull: Number(flags.pull), learningRate: Number(flags.rate), newWords: 0 },
      });
      const scores = await scoreModel(join(home, arm), test);
      const total = after.get(arm) ?? [];
      for (const [at, score] of scores.entries()) total[at] = (total[at] ?? 0) + score / seeds.length;
      shown.push(`${arm} ${four(mean(scores))} (${steps} steps, loss ${loss.toFixed(2)})`);
    }
    process.stdout.write(`seed ${seed}: ${shown.join('; ')}\n`);
  }
  return after;
}

/** Trains every arm with one batch size and prints how they differ. */
async function compareArms(comparison: Comparison, before: readonly number[]): Promise<void> {
  process.stdout.write(`\nbatch ${comparison.batchSize}\n`);
  const after = await trainArms(comparison);
  const [none = [], random = [], hard = []] = ARMS.map((arm) => after.get(arm));
  process.stdout.write(
    `nDCG@${CUT}: before ${four(mean(before))}, no negatives ${four(mean(none))}, random ${four(mean(random))}, hard ${four(mean(hard))}\n`,
  );
  printDifference('hard - random negatives', random, hard);
  printDifference('hard - no negatives', none, hard);
  printDifference('hard - before training', before, hard);
}

const four = (value: number): string => value.toFixed(4);

function printDifference(label: string, before: readonly number[], after: readonly number[]): void {
  const differences = after.map((score, at) => score - (before[at] ?? 0));
  const { mean: middle, low, high } = bootstrapMean(differences, { seed: 1 });
  const { p } = pairedRandomization(differences, { seed: 1 });
  process.stdout.write(`${label}: ${four(middle)} [${four(low)}, ${four(high)}], p ${p.toFixed(4)}\n`);
}

async function bench(flags: Flags, folders: readonly string[], home: string): Promise<void> {
  const part = z.enum(['validation', 'test']).parse(flags.part);
  const quarry = await openQuarry({ home: join(home, 'home'), allowRemoteModels: false, logLevel: 'warn' });
  try {
    await makePairs(quarry, folders, flags);
    const test = await makeTest(quarry, part, home);
    const rows = await makeTuples(quarry, flags, home);
    if (rows.length < 2) throw tooLittle();
    const before = await scoreModel(flags.model, test);
    process.stdout.write(
      `${before.length} held-out queries, ${test.passages.length} passages; before ${four(mean(before))}\n`,
    );
    for (const batchSize of flags.batch.split(',').map(Number)) {
      await compareArms({ home, rows, test, flags, batchSize }, before);
    }
  } finally {
    await quarry.close();
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  try {
    await bench(values, positionals.length > 0 ? positionals : ['node_modules'], home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  const { code, message, hint } = toQuarryError(error);
  process.stderr.write(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  process.exitCode = 1;
});
