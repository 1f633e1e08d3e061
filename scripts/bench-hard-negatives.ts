import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { sameTextKey } from '../src/core/curation/exact-duplicates.js';
import { plainWords, shingleHashes, shingleOverlap } from '../src/core/curation/shingles.js';
import { QuarryError, toQuarryError } from '../src/core/errors.js';
import { sha256 } from '../src/core/identity.js';
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

const USAGE = `node dist/scripts/bench-hard-negatives.js [FOLDER...] [--part test|dev] [--files REGEX] [--seeds 1,2,3] [--steps 300]
  [--batch 64] [--rate .005] [--pull 2] [--negatives 3] [--margin .05] [--rank-from 1] [--model FOLDER]

Does training on mined hard negatives beat training on random ones? Without a FOLDER the text is the documentation and the
declarations of the packages installed in node_modules. Files are dealt by the hash of their place (the first two names of their
path, for instance one package): six tenths are for training, two for choosing settings (--part dev), two for the result.
  1. Of the training files alone: pairs are mined, given hard negatives and exported as n-tuples, all by the product's operations.
  2. The bundled model is trained on the exported rows as they are (hard), on the same rows with negatives drawn from all the
     rows' negatives (random), and on the same rows without (none), with the same seeds, steps and settings.
  3. Each model ranks all mined passages for the queries mined of the part that was asked about. Queries that are also asked in
     the training files, or whose answer shares text with one of theirs, are left out.
  FOLDER   local text to use instead
  --files  which files of it (default ${'`'}\\.(md|d\\.ts)$${'`'} without changelogs, licences and codes of conduct)`;

const CUT = 10;
const ARMS = ['none', 'random', 'hard'] as const;
const PARTS = ['train', 'dev', 'test'] as const;
type Part = (typeof PARTS)[number];
/** A held-out passage that shares this much of its 5-grams, or a training passage of its own, is not held out. */
const SHARED = 0.5;

const OPTIONS = {
  part: { type: 'string', default: 'test' },
  files: { type: 'string', default: '^(?!.*(change|history|licen[sc]e|code_of_conduct)).*\\.(md|d\\.ts)$' },
  seeds: { type: 'string', default: '1,2,3' },
  steps: { type: 'string', default: '300' },
  pull: { type: 'string', default: '2' },
  rate: { type: 'string', default: '.005' },
  batch: { type: 'string', default: '64' },
  negatives: { type: 'string', default: '3' },
  margin: { type: 'string', default: '.05' },
  'rank-from': { type: 'string', default: '1' },
  model: { type: 'string', default: join('models', 'quarry-embed-v1') },
  help: { type: 'boolean', default: false },
} as const;

type Flags = Readonly<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>;

/** Part of a file by the hash of the first two names of its path, so that a package stays together. */
function partOf(file: string): Part {
  const share = Number.parseInt(sha256(file.split('/').slice(0, 2).join('/')).slice(0, 8), 16) / 2 ** 32;
  if (share < 0.6) return 'train';
  return share < 0.8 ? 'dev' : 'test';
}

/** Copies the files of each part into a folder of its own. */
async function dealFiles(folders: readonly string[], wanted: RegExp, home: string): Promise<void> {
  for (const [at, folder] of folders.entries()) {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
      .filter((file) => wanted.test(file.toLowerCase()));
    for (const file of files.sort()) {
      const target = join(home, partOf(file), String(at), file);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(folder, file), target);
    }
  }
}

async function runJob(quarry: Quarry, name: string, input: object): Promise<unknown> {
  const { output } = await quarry.execute(name, input);
  const jobId = z.object({ jobId: z.string() }).parse(output).jobId;
  const job = await quarry.waitForJob(jobId);
  if (job.state !== 'succeeded') throw new QuarryError('INTERNAL', `${name}: ${job.error?.message ?? job.state}`);
  return job.result;
}

/** Ingests one part into a collection of its own and mines it into a dataset of the same name. */
async function minePart(quarry: Quarry, part: Part, home: string): Promise<TrainingRecord[]> {
  const input = { target: join(home, part), collection: part };
  await runJob(quarry, 'ingest', input);
  const miners = ['headings', 'docstrings'];
  await runJob(quarry, 'dataset_mine', { name: part, collections: [part], miners, limit: 200_000, preview: false });
  return exportRows(quarry, part, { path: join(home, `${part}-pairs`), format: 'pair' });
}

/** Exports a dataset and reads it back as training records. */
async function exportRows(
  quarry: Quarry,
  name: string,
  { path, ...form }: { path: string; format: string; negatives?: number },
): Promise<TrainingRecord[]> {
  const suites = z
    .object({ suites: z.array(z.object({ name: z.string() })) })
    .parse((await quarry.execute('benchmark_suites', {})).output);
  const overrideSuites = suites.suites.map((suite) => suite.name);
  await runJob(quarry, 'dataset_export', { name, path, sensitive: 'keep', overrideSuites, ...form });
  const rows: TrainingRecord[] = [];
  for (const file of (await readdir(join(path, 'data'))).sort()) {
    for await (const row of readRecords(join(path, 'data', file))) rows.push(row);
  }
  return rows;
}

/** Gives the training pairs hard negatives and exports them as n-tuples. */
async function makeTuples(quarry: Quarry, flags: Flags, home: string): Promise<TrainingRecord[]> {
  const perAnchor = Number(flags.negatives);
  const found = await runJob(quarry, 'dataset_negatives', {
    name: 'train',
    collections: ['train'],
    perAnchor,
    relativeMargin: Number(flags.margin),
    rankFrom: Number(flags['rank-from']),
    limit: 200_000,
    preview: false,
  });
  const { anchors, withNegatives, suspicious } = z
    .object({ anchors: z.number(), withNegatives: z.number(), suspicious: z.number() })
    .parse(found);
  const rows = await exportRows(quarry, 'train', {
    path: join(home, 'tuples'),
    format: 'n-tuple',
    negatives: perAnchor,
  });
  process.stdout.write(
    `${anchors} training pairs; ${withNegatives} got negatives, ${suspicious} doubts; ${rows.length} rows have ${perAnchor}\n`,
  );
  return rows;
}

/** Queries with the passages that answer them, and all passages to rank. */
interface Test {
  readonly queries: ReadonlyMap<string, ReadonlySet<string>>;
  readonly passages: readonly string[];
}

/** Leaves out what the training files ask or answer, too. */
function makeTest(asked: readonly TrainingRecord[], trained: readonly TrainingRecord[]): Test {
  const knownQueries = new Set(trained.map((row) => sameTextKey(row.anchors[0] ?? '')));
  const holders = new Map<number, Set<Uint32Array>>();
  for (const { text } of trained) {
    const shingles = shingleHashes(plainWords(text));
    for (const hash of shingles) holders.set(hash, (holders.get(hash) ?? new Set<Uint32Array>()).add(shingles));
  }
  const queries = new Map<string, Set<string>>();
  for (const { anchors, text } of asked) {
    const query = anchors[0] ?? '';
    const shingles = shingleHashes(plainWords(text));
    const near = new Set([...shingles].flatMap((hash) => [...(holders.get(hash) ?? [])]));
    if (knownQueries.has(sameTextKey(query))) continue;
    if ([...near].some((other) => shingleOverlap(shingles, other) >= SHARED)) continue;
    queries.set(query, (queries.get(query) ?? new Set<string>()).add(text));
  }
  return { queries, passages: [...new Set([...asked, ...trained].map((row) => row.text))] };
}

/** The same rows with negatives drawn from all negatives, so that their form is the same and only their choice differs. */
function withRandomNegatives(rows: readonly TrainingRecord[], seed: number): TrainingRecord[] {
  const pool = [...new Set(rows.flatMap((row) => row.negatives ?? []))];
  const random = createRandom(seed);
  return rows.map((row) => {
    const opening = row.text.slice(0, 60);
    const drawn = new Set<string>();
    while (drawn.size < (row.negatives?.length ?? 0)) {
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

/** Scores of each query before training and after, by arm, as means over the seeds. */
async function compareArms(
  home: string,
  rows: readonly TrainingRecord[],
  { flags, test }: { flags: Flags; test: Test },
) {
  const before = await scoreModel(flags.model, test);
  process.stdout.write(
    `${before.length} held-out queries, ${test.passages.length} passages; before ${four(mean(before))}\n`,
  );
  const seeds = flags.seeds.split(',').map(Number);
  const after = new Map(ARMS.map((arm) => [arm, before.map(() => 0)]));
  const batchSize = Number(flags.batch);
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
  return { before, after };
}

const four = (value: number): string => value.toFixed(4);

function printDifference(label: string, before: readonly number[], after: readonly number[]): void {
  const differences = after.map((score, at) => score - (before[at] ?? 0));
  const { mean: middle, low, high } = bootstrapMean(differences, { seed: 1 });
  const { p } = pairedRandomization(differences, { seed: 1 });
  process.stdout.write(`${label}: ${four(middle)} [${four(low)}, ${four(high)}], p ${p.toFixed(4)}\n`);
}

async function bench(flags: Flags, folders: readonly string[], home: string): Promise<void> {
  const part = z.enum(['dev', 'test']).parse(flags.part);
  await dealFiles(folders, new RegExp(flags.files), home);
  const quarry = await openQuarry({ home: join(home, 'home'), allowRemoteModels: false, logLevel: 'warn' });
  try {
    const trained = await minePart(quarry, 'train', home);
    const test = makeTest(await minePart(quarry, part, home), trained);
    const rows = await makeTuples(quarry, flags, home);
    const { before, after } = await compareArms(home, rows, { flags, test });
    const [none = [], random = [], hard = []] = ARMS.map((arm) => after.get(arm));
    process.stdout.write(
      `nDCG@${CUT}: before ${four(mean(before))}, no negatives ${four(mean(none))}, random ${four(mean(random))}, hard ${four(mean(hard))}\n`,
    );
    printDifference('hard - random negatives', random, hard);
    printDifference('hard - no negatives', none, hard);
    printDifference('hard - before training', before, hard);
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
