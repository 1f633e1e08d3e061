import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { ResultRows } from '../../src/store/columns.js';
import { matchOf } from '../evaluate/fts5-peer.js';
import { type Database, type FoundSqlite, withSqlite } from '../peers/sqlite.js';
import { type FoundUsearch, withUsearch } from '../peers/usearch.js';
import { readParagraphs, seededNumbers } from './corpus.js';
import { MADE_COLLECTION, putMadeDocuments } from './made-documents.js';
import { type Measurement, measured, percentile, timeInTurn } from './measure.js';
import { rawTable } from './raw-table.js';

/** Documents of twenty chunks. */
const SMALL = 500;
const LARGE = 5_000;
const WARM_UP = 20;
const ROUNDS = 40;
/** Hits that are wanted of a leg. */
const HITS = 50;

/** What every system has to search. */
interface Chunks {
  readonly texts: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/** A query as each system takes it. */
interface Asked {
  readonly text: string;
  readonly vector: Float32Array;
}

/** What a peer does for a query; undefined where it cannot be had. */
type Way = ((asked: Asked) => unknown) | undefined;

async function readChunks(home: string): Promise<Chunks> {
  const table = await rawTable(home);
  const rows = new ResultRows(await table.query().where('ordinal >= 0').select(['text', 'vector']).toArrow());
  const places = Array.from({ length: rows.length }, (_, at) => at);
  return {
    texts: places.map((at) => rows.text('text', at)),
    vectors: places.map((at) => rows.vector('vector', at) ?? new Float32Array(0)),
  };
}

async function makeQueries(quarry: Quarry): Promise<Asked[]> {
  const paragraphs = await readParagraphs();
  const next = seededNumbers(43);
  const texts = Array.from({ length: WARM_UP + ROUNDS }, () =>
    (paragraphs[Math.floor(next() * paragraphs.length)] ?? '').split(/\s+/).slice(3, 9).join(' '),
  );
  const vectors = await (await quarry.services.context.embedder()).embed(texts, 'query');
  return texts.map((text, at) => ({ text, vector: vectors[at] ?? new Float32Array(0) }));
}

function fillFts5(database: Database, { texts }: Chunks): (asked: Asked) => number[] {
  database.exec('CREATE VIRTUAL TABLE chunks USING fts5(text)');
  const insert = database.prepare('INSERT INTO chunks(rowid, text) VALUES (?, ?)');
  database.exec('BEGIN');
  for (const [at, text] of texts.entries()) insert.run(at + 1, text);
  database.exec('COMMIT');
  const ask = database.prepare(
    `SELECT rowid AS id, text FROM chunks WHERE chunks MATCH ? ORDER BY bm25(chunks) LIMIT ${HITS}`,
  );
  // Rows hold the columns that were asked for.
  return ({ text }) => (ask.all(matchOf(text)) as { readonly id: number }[]).map(({ id }) => id - 1);
}

/** The nearest chunks by a plain loop over vectors of length 1. */
function loopOver({ vectors }: Chunks): (asked: Asked) => number[] {
  return ({ vector }) => {
    const scored = vectors.map((other, at) => {
      let sum = 0;
      for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) * (other[i] ?? 0);
      return { at, sum };
    });
    return scored
      .sort((first, second) => second.sum - first.sum)
      .slice(0, HITS)
      .map(({ at }) => at);
  };
}

function fillUsearch(found: FoundUsearch, { vectors }: Chunks): Way {
  if ('reason' in found) return undefined;
  const dimensions = vectors[0]?.length ?? 0;
  const index = new found.Index({ dimensions, metric: 'cos', quantization: 'i8' });
  for (const [at, vector] of vectors.entries()) index.add(new BigUint64Array([BigInt(at)]), vector);
  return ({ vector }) => index.search(vector, HITS);
}

/** Median milliseconds of our whole search and of each peer's call, in turn over the same queries. */
async function time(quarry: Quarry, peers: Readonly<Record<string, Way>>): Promise<Record<string, number>> {
  const queries = await makeQueries(quarry);
  const asked = (round: number): Asked => queries[round % queries.length] ?? { text: '', vector: new Float32Array(0) };
  const ours = (round: number) =>
    quarry.execute('search', { query: asked(round).text, collections: [MADE_COLLECTION] });
  const ways: Record<string, (round: number) => Promise<unknown>> = { ours };
  for (const [name, way] of Object.entries(peers))
    if (way !== undefined) ways[name] = async (round) => way(asked(round));
  await timeInTurn(WARM_UP, ways);
  const later = Object.entries(ways).map(([name, way]) => [name, (round: number) => way(round + WARM_UP)] as const);
  const times = await timeInTurn(ROUNDS, Object.fromEntries(later));
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, percentile(all, 0.5)]));
}

async function fill(quarry: Quarry, from: number, to: number): Promise<void> {
  await putMadeDocuments(quarry, { from, to });
  await quarry.services.context.store.maintain(MADE_COLLECTION);
}

/** Told by a word where a peer cannot be had. */
function skipped(found: FoundSqlite | FoundUsearch): void {
  if ('reason' in found) process.stderr.write(`Skipped: ${found.reason}\n`);
}

async function compareSmall(quarry: Quarry, home: string, found: FoundSqlite): Promise<Measurement[]> {
  if ('reason' in found) return [];
  const chunks = await readChunks(home);
  const database = found.sqlite.open();
  try {
    const words = fillFts5(database, chunks);
    const near = loopOver(chunks);
    const both: Way = (asked) => [words(asked), near(asked)];
    const { ours = Number.NaN, both: theirs = Number.NaN } = await time(quarry, { both });
    return [
      measured('search p50, 10,000 chunks', ours, 'ms'),
      measured(`FTS5 (${found.sqlite.name}) and a loop over the vectors, p50`, theirs, 'ms'),
      measured('search over FTS5 and a loop, 10,000 chunks', ours / theirs, 'times', { atMost: 1 }),
    ];
  } finally {
    database.close();
  }
}

async function compareLarge(
  quarry: Quarry,
  home: string,
  { sqlite, usearch }: { readonly sqlite: FoundSqlite; readonly usearch: FoundUsearch },
): Promise<Measurement[]> {
  const chunks = await readChunks(home);
  const database = 'reason' in sqlite ? undefined : sqlite.sqlite.open();
  try {
    const ways = {
      FTS5: database === undefined ? undefined : fillFts5(database, chunks),
      usearch: fillUsearch(usearch, chunks),
    };
    const { ours = Number.NaN, ...peers } = await time(quarry, ways);
    const slower = Math.max(...Object.values(peers));
    return [
      measured('search p50, 100,000 chunks', ours, 'ms'),
      ...Object.entries(peers).map(([name, p50]) => measured(`${name} alone, p50`, p50, 'ms')),
      ...(Number.isFinite(slower)
        ? [measured('search over the slower bare call, 100,000 chunks', ours / slower, 'times', { atMost: 2 })]
        : []),
    ];
  } finally {
    database?.close();
  }
}

/** Whole searches beside SQLite FTS5 and usearch over the same chunks, in one process and in turn. */
export async function benchPeers(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const quarry = await openQuarry({ home });
  try {
    return await withSqlite(undefined, (sqlite) =>
      withUsearch(async (usearch) => {
        for (const found of [sqlite, usearch]) skipped(found);
        await quarry.execute('create_collection', { name: MADE_COLLECTION });
        await fill(quarry, 0, SMALL);
        const small = await compareSmall(quarry, home, sqlite);
        await fill(quarry, SMALL, LARGE);
        return [...small, ...(await compareLarge(quarry, home, { sqlite, usearch }))];
      }),
    );
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}
