import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { seededNumbers } from './corpus.js';
import { MADE_COLLECTION, madeRows } from './made-documents.js';
import { type Measurement, measured, percentile, timeInTurn } from './measure.js';
import { rawTable } from './raw-table.js';
import { recallOf } from './recall.js';

const CHUNKS_PER_DOCUMENT = 100;
const DOCUMENTS_PER_BATCH = 50;
const SMALL = 1_000;
const LARGE = 10_000;
const DIMENSIONS = 256;
const WORDS = 20_000;
const WORDS_PER_CHUNK = 12;
const WARM_UP = 10;
const ROUNDS = 40;
const RECALL_QUERIES = 20;

/** Unit vectors in no direction more than in any other: harder to tell apart than those of texts. */
function makeVector(next: () => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => next() + next() + next() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Words of which few are common and most are rare. */
function makeText(next: () => number): string {
  return Array.from({ length: WORDS_PER_CHUNK }, () => `w${Math.floor(WORDS * next() ** 3)}`).join(' ');
}

async function fill(quarry: Quarry, from: number, to: number): Promise<void> {
  const { store } = quarry.services.context;
  for (let n = from; n < to; n += DOCUMENTS_PER_BATCH) {
    const rows = Array.from({ length: DOCUMENTS_PER_BATCH }, (_, at) => {
      const next = seededNumbers(n + at + 501);
      const bodies = Array.from({ length: CHUNKS_PER_DOCUMENT }, () => makeText(next));
      return madeRows({ n: n + at, edition: 0, bodies, vectors: bodies.map(() => makeVector(next)) });
    });
    await store.putDocuments(MADE_COLLECTION, rows);
  }
  await store.maintain(MADE_COLLECTION);
}

async function medianOf(quarry: Quarry): Promise<number> {
  const next = seededNumbers(97);
  const search = () =>
    quarry.execute('search', {
      query: makeText(next).split(' ').slice(0, 6).join(' '),
      collections: [MADE_COLLECTION],
    });
  await timeInTurn(WARM_UP, { search });
  return percentile((await timeInTurn(ROUNDS, { search })).search, 0.5);
}

/** A million chunks, texts and vectors made by a seeded generator, beside the first tenth of them. */
export async function benchMillion(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const quarry = await openQuarry({ home });
  try {
    await quarry.execute('create_collection', { name: MADE_COLLECTION });
    await fill(quarry, 0, SMALL);
    const small = await medianOf(quarry);
    await fill(quarry, SMALL, LARGE);
    const large = await medianOf(quarry);
    const next = seededNumbers(98);
    const queries = Array.from({ length: RECALL_QUERIES }, () => makeVector(next));
    const recall = await recallOf(quarry.services.context.store, await rawTable(home), queries);
    return [
      measured('search p50, 100,000 chunks', small, 'ms'),
      measured('search p50, 1,000,000 chunks', large, 'ms'),
      measured('1,000,000 over 100,000 chunks', large / small, 'times', { atMost: 5 }),
      measured('recall@10 of the vector leg, 1,000,000 chunks', recall, '', { atLeast: 0.99 }),
      measured('memory of the process', process.memoryUsage().rss / 2 ** 20, 'MiB'),
    ];
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}
