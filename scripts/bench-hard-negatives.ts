import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Example, parseExample } from '../src/core/curation/example.js';
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

const USAGE = `node dist/scripts/bench-hard-negatives.js [FOLDER...] [--part dev|test] [--seeds 1,2,3] [--steps N] [--pull N] [--rate N]
  [--batch N] [--negatives 3] [--margin .05] [--rank-from 1] [--model FOLDER]

Does training on mined hard negatives beat training on random ones? Documents of the suites under eval/ are dealt to five parts
by the hash of their name. From the train documents alone, pairs are mined, given hard negatives (three per anchor), and exported
as n-tuples; queries of train documents are pairs too. The bundled static model is then trained on them, and with the same seed and
steps on the same pairs with random negatives; both rank all documents for the queries whose answers are all in one held-out part.
  FOLDER   further local text for mining, for instance /usr/share/doc
  --part   dev: asks about the fifth part, for choosing settings; test (default): each other part is asked about in turn, after
           training on the three that remain; the fifth is never trained on`;

const SUITES = ['field-guide', 'prompt-architect', 'router-specialist', 'ui-specialist'];
const CUT = 10;
const ARMS = ['none', 'random', 'hard'] as const;

interface Suite {
  readonly documents: ReadonlyMap<string, string>;
  readonly queries: ReadonlyMap<string, string>;
  readonly qrels: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly excerpts: readonly { readonly query: string; readonly document: string; readonly quote: string }[];
}

const queryLine = z.object({ _id: z.string(), text: z.string() });
const excerptLine = z.object({ 'query-id': z.string(), 'corpus-id': z.string(), quote: z.string() });

async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => schema.parse(JSON.parse(line)));
}

async function readSuite(folder: string): Promise<Suite> {
  const root = join(folder, 'documents');
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.md')).sort();
  const documents = new Map<string, string>();
  for (const file of files) documents.set(file.slice(0, -3), await readFile(join(root, file), 'utf8'));
  const queries = await readLines(join(folder, 'queries.jsonl'), queryLine);
  const excerpts = await readLines(join(folder, 'excerpts.jsonl'), excerptLine);
  const qrels = new Map<string, Map<string, number>>();
  for (const line of (await readFile(join(folder, 'qrels', 'test.tsv'), 'utf8')).split('\n').slice(1)) {
    const [query = '', document = '', grade = '0'] = line.split('\t');
    if (query !== '') qrels.set(query, (qrels.get(query) ?? new Map<string, number>()).set(document, Number(grade)));
  }
  return {
    documents,
    qrels,
    queries: new Map(queries.map(({ _id, text }) => [_id, text])),
    excerpts: excerpts.map((line) => ({ query: line['query-id'], document: line['corpus-id'], quote: line.quote })),
  };
}

/** The part of the documents that settings are chosen with; it is in no training, and the result does not ask about it. */
const DEV = 4;

/** One of five parts, by the hash of a document's name. */
function partOf(suite: string, document: string): number {
  return Number.parseInt(sha256(`${suite}\n${document}`).slice(0, 8), 16) % (DEV + 1);
}

async function runJob(quarry: Quarry, name: string, input: object): Promise<unknown> {
  const { output } = await quarry.execute(name, input);
  const jobId = z.object({ jobId: z.string() }).parse(output).jobId;
  const job = await quarry.waitForJob(jobId);
  if (job.state !== 'succeeded') throw new QuarryError('INTERNAL', `${name}: ${job.error?.message ?? job.state}`);
  return job.result;
}

/** Queries of train documents with the section that answers them, as pairs of their document. */
async function askedPairs(quarry: Quarry, { suites, heldOut }: Ground): Promise<Example[]> {
  const listed = await quarry.execute('list_documents', { limit: 500 });
  const known = z.object({ documents: z.array(z.object({ id: z.string(), url: z.string() })) }).parse(listed.output);
  const ids = new Map(known.documents.map(({ id, url }) => [decodeURI(url).split('/suites/')[1] ?? url, id]));
  return [...suites].flatMap(([name, suite]) =>
    suite.excerpts.flatMap(({ query, document, quote }) => {
      if (!isForTraining(name, document, heldOut)) return [];
      const positive = sectionsOf(suite.documents.get(document) ?? '').find((section) => section.includes(quote));
      const documentId = ids.get(`${name}/${document}.md`);
      const anchor = suite.queries.get(query);
      if (positive === undefined || documentId === undefined || anchor === undefined) return [];
      const parsed = parseExample({
        kind: 'pair',
        fields: { anchor, positive },
        provenance: { documentId, method: 'import', rule: 'suite-query' },
      });
      return 'example' in parsed ? [parsed.example] : [];
    }),
  );
}

function sectionsOf(text: string): string[] {
  return text
    .split(/^(?=#{1,6} )/m)
    .map((section) => section.trim())
    .filter((section) => section !== '');
}

interface Ground {
  readonly suites: ReadonlyMap<string, Suite>;
  /** The part whose queries are asked. */
  readonly heldOut: number;
}

function isForTraining(suite: string, document: string, heldOut: number): boolean {
  const part = partOf(suite, document);
  return part !== DEV && part !== heldOut;
}

interface Settings {
  readonly negatives: number;
  readonly margin: number;
  readonly rankFrom: number;
  readonly folders: readonly string[];
}

/** Mines, finds negatives and exports, all through the product's own operations; gives the exported rows. */
async function makeRows(home: string, ground: Ground, settings: Settings): Promise<TrainingRecord[]> {
  const root = join(home, 'suites');
  for (const [name, suite] of ground.suites) {
    for (const document of suite.documents.keys()) {
      if (!isForTraining(name, document, ground.heldOut)) continue;
      const target = join(root, name, `${document}.md`);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join('eval', name, 'documents', `${document}.md`), target);
    }
  }
  const quarry = await openQuarry({ home: join(home, 'workspace'), allowRemoteModels: false, logLevel: 'warn' });
  try {
    await runJob(quarry, 'ingest', { target: root });
    const append = await askedPairs(quarry, ground);
    for (const folder of settings.folders) await runJob(quarry, 'ingest', { target: folder });
    await runJob(quarry, 'dataset_mine', { name: 'bench', preview: false });
    const store = await quarry.services.context.datasetStore();
    const head = await store.get('bench');
    if (head === undefined) throw new QuarryError('INTERNAL', 'Mining wrote nothing.');
    await store.commit('bench', { ...head, parent: head.version, message: 'queries of train documents', append });
    const { negatives: perAnchor, margin: relativeMargin, rankFrom } = settings;
    const rules = { perAnchor, relativeMargin, rankFrom };
    const found = await runJob(quarry, 'dataset_negatives', { name: 'bench', preview: false, ...rules });
    const { anchors, withNegatives, suspicious } = z
      .object({ anchors: z.number(), withNegatives: z.number(), suspicious: z.number() })
      .parse(found);
    const path = join(home, 'export');
    const overrideSuites = SUITES;
    await runJob(quarry, 'dataset_export', {
      name: 'bench',
      path,
      format: 'n-tuple',
      negatives: perAnchor,
      sensitive: 'keep',
      overrideSuites,
    });
    const rows: TrainingRecord[] = [];
    for (const file of (await readdir(path, { recursive: true })).sort()) {
      if (!file.endsWith('.jsonl') || file.endsWith('provenance.jsonl')) continue;
      for await (const row of readRecords(join(path, file))) rows.push(row);
    }
    process.stdout.write(
      `${anchors} pairs, ${append.length} of them asked; ${withNegatives} got negatives, ${suspicious} doubts; ${rows.length} rows exported\n`,
    );
    return rows;
  } finally {
    await quarry.close();
  }
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

/** nDCG@10 of each held-out query among the sections of all suites; the sections that hold its excerpts are right. */
async function scoreModel(folder: string, { suites, heldOut }: Ground): Promise<number[]> {
  const { tokenizerJson, weights } = await readModelFolder(folder);
  const model = createStaticModel({ tokenizer: createTokenizer(tokenizerJson), ...weights });
  const sections = [...suites].flatMap(([name, suite]) =>
    [...suite.documents].flatMap(([document, text]) =>
      sectionsOf(text).map((section, at) => ({
        id: `${name}/${document}#${at}`,
        section,
        vector: model.embed(section),
      })),
    ),
  );
  return [...suites].flatMap(([name, suite]) =>
    [...suite.qrels].flatMap(([query, judged]) => {
      const relevant = [...judged].filter(([, grade]) => grade > 0);
      if (relevant.some(([document]) => partOf(name, document) !== heldOut)) return [];
      const quotes = suite.excerpts.filter((excerpt) => excerpt.query === query);
      const right = sections.filter(({ id, section }) =>
        quotes.some(({ document, quote }) => id.startsWith(`${name}/${document}#`) && section.includes(quote)),
      );
      if (right.length === 0) return [];
      const asked = model.embed(suite.queries.get(query) ?? '');
      const scored = sections.map(({ id, vector }) => ({ id, score: dot(asked, vector) }));
      return [ndcg(judgeRanking(scored, new Map(right.map(({ id }) => [id, 1]))), CUT)];
    }),
  );
}

const four = (value: number): string => value.toFixed(4);

function printDifference(label: string, before: readonly number[], after: readonly number[]): void {
  const differences = after.map((score, at) => score - (before[at] ?? 0));
  const { mean: middle, low, high } = bootstrapMean(differences, { seed: 1 });
  const { p } = pairedRandomization(differences, { seed: 1 });
  process.stdout.write(`${label}: ${four(middle)} [${four(low)}, ${four(high)}], p ${p.toFixed(4)}\n`);
}

const OPTIONS = {
  part: { type: 'string', default: 'test' },
  seeds: { type: 'string', default: '1,2,3' },
  steps: { type: 'string', default: '200' },
  pull: { type: 'string', default: '5' },
  rate: { type: 'string', default: '.002' },
  batch: { type: 'string', default: '64' },
  negatives: { type: 'string', default: '3' },
  margin: { type: 'string', default: '.05' },
  'rank-from': { type: 'string', default: '1' },
  model: { type: 'string', default: join('models', 'quarry-embed-v1') },
  help: { type: 'boolean', default: false },
} as const;

type Flags = Readonly<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>;

/** Rows of one arm: they differ in their negatives alone. */
function rowsOf(arm: (typeof ARMS)[number], rows: readonly TrainingRecord[], seed: number): readonly TrainingRecord[] {
  if (arm === 'hard') return rows;
  return arm === 'random' ? withRandomNegatives(rows, seed) : rows.map((row) => ({ ...row, negatives: [] }));
}

/** Scores of each query before training and after, by arm, as means over the seeds. */
async function compareArms(
  home: string,
  ground: Ground,
  { flags, folders }: { flags: Flags; folders: readonly string[] },
) {
  const rows = await makeRows(home, ground, {
    negatives: Number(flags.negatives),
    margin: Number(flags.margin),
    rankFrom: Number(flags['rank-from']),
    folders,
  });
  const before = await scoreModel(flags.model, ground);
  process.stdout.write(`${before.length} held-out queries; before training nDCG@10 ${four(mean(before))}\n`);
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
      const scores = await scoreModel(join(home, arm), ground);
      const total = after.get(arm) ?? [];
      for (const [at, score] of scores.entries()) total[at] = (total[at] ?? 0) + score / seeds.length;
      shown.push(`${arm} ${four(mean(scores))} (${steps} steps, loss ${loss.toFixed(2)})`);
    }
    process.stdout.write(`seed ${seed}: ${shown.join('; ')}\n`);
  }
  return { before, after };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const part = z.enum(['dev', 'test']).parse(values.part);
  const suites = new Map<string, Suite>();
  for (const name of SUITES) suites.set(name, await readSuite(join('eval', name)));
  const before: number[] = [];
  const after = new Map(ARMS.map((arm) => [arm, [] as number[]]));
  for (const heldOut of part === 'dev' ? [DEV] : [0, 1, 2, 3]) {
    const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
    try {
      const scores = await compareArms(home, { suites, heldOut }, { flags: values, folders: positionals });
      before.push(...scores.before);
      for (const arm of ARMS) after.get(arm)?.push(...(scores.after.get(arm) ?? []));
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
  const [none = [], random = [], hard = []] = ARMS.map((arm) => after.get(arm));
  process.stdout.write(
    `${before.length} queries, nDCG@10: before ${four(mean(before))}, no negatives ${four(mean(none))}, random ${four(mean(random))}, hard ${four(mean(hard))}\n`,
  );
  printDifference('hard - random negatives', random, hard);
  printDifference('hard - no negatives', none, hard);
  printDifference('hard - before training', before, hard);
}

main().catch((error: unknown) => {
  const { code, message, hint } = toQuarryError(error);
  process.stderr.write(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}\n`);
  process.exitCode = 1;
});
