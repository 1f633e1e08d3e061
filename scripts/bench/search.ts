import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { chunkId, documentId, embedHash, sha256 } from '../../src/core/identity.js';
import type { ChunkRow, DocumentRows } from '../../src/core/ports.js';
import { searchTextOf } from '../../src/core/text/search-text.js';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { CANDIDATE_COLUMNS } from '../../src/store/knowledge-rows.js';
import { readParagraphs, seededNumbers } from './corpus.js';
import { type Measurement, measured, percentile, timeInTurn } from './measure.js';

const CHUNKS_PER_DOCUMENT = 20;
const DOCUMENTS_PER_BATCH = 100;
const ROUNDS = 60;
/** What each leg is asked for by default. */
const CANDIDATES = 100;

/** Sentences of the paragraphs, shuffled into `CHUNKS_PER_DOCUMENT` chunks, so that no two documents are alike. */
function makeDocument(paragraphs: readonly string[], n: number): { title: string; chunks: string[] } {
  const next = seededNumbers(n + 77);
  const pick = (): string => paragraphs[Math.floor(next() * paragraphs.length)] ?? '';
  const chunks = Array.from({ length: CHUNKS_PER_DOCUMENT }, (_, i) => `${pick()}\n\nItem ${n}.${i}: ${pick()}`);
  return { title: `Document ${n}`, chunks };
}

async function toRows(quarry: Quarry, made: { title: string; chunks: string[] }, n: number): Promise<DocumentRows> {
  const embedder = await quarry.services.context.embedder();
  const vectors = await embedder.embed(made.chunks, 'document');
  const text = made.chunks.join('\n\n');
  const id = documentId('src_bench', `bench:${n}`);
  let start = 0;
  const chunks = made.chunks.map((body, ordinal): ChunkRow => {
    const span = { start, end: start + body.length, startLine: ordinal + 1, endLine: ordinal + 1, headingPath: [] };
    start = span.end + 2;
    const searchText = searchTextOf({ title: made.title, headingPath: [], text: body, format: 'plain' });
    return {
      ...span,
      id: chunkId(id, span.start, span.end, body),
      documentId: id,
      ordinal,
      text: body,
      tokens: 0,
      embedHash: embedHash(body),
      searchText,
      vector: vectors[ordinal] ?? new Float32Array(0),
    };
  });
  const document = {
    id,
    uri: `bench:${n}`,
    title: made.title,
    text,
    format: 'plain' as const,
    mediaType: 'text/plain',
    language: '',
    licence: '',
    revision: '',
    modifiedAt: '',
    category: '',
    tags: [],
    status: 'active' as const,
    confidence: 1,
    metadata: {},
    collection: 'bench',
    sourceId: 'src_bench',
    sourceKind: 'files' as const,
    contentHash: sha256(text),
    indexedAt: '2026-01-01T00:00:00.000Z',
    chunkCount: chunks.length,
  };
  return { document, chunks };
}

/** Documents of twenty chunks with the numbers from `from` up to `to`; another edition of a number has other chunks. */
interface Batch {
  readonly from: number;
  readonly to: number;
  readonly edition?: number;
}

/** Stores documents in the collection `bench`, which must be there, without folding them. */
export async function putDocuments(quarry: Quarry, { from, to, edition = 0 }: Batch): Promise<void> {
  const paragraphs = await readParagraphs();
  for (let n = from; n < to; n += DOCUMENTS_PER_BATCH) {
    const rows: DocumentRows[] = [];
    for (let at = n; at < Math.min(to, n + DOCUMENTS_PER_BATCH); at++)
      rows.push(await toRows(quarry, makeDocument(paragraphs, at + edition * 1_000_000), at));
    await quarry.services.context.store.putDocuments('bench', rows);
  }
}

async function fill(quarry: Quarry, from: number, to: number): Promise<void> {
  await putDocuments(quarry, { from, to });
  await quarry.services.context.store.maintain('bench');
}

/** The collection's table, opened by LanceDB itself; loaded late, after the store has set its log level. */
async function rawTable(home: string): Promise<Table> {
  const { connect } = await import('@lancedb/lancedb');
  const database = await connect(join(home, 'workspaces', 'default'));
  const names = (await database.tableNames()).filter((name) => name.startsWith('k_'));
  const [name] = names;
  if (name === undefined) throw new RangeError('The bench collection has no table.');
  return database.openTable(name);
}

async function compare(quarry: Quarry, home: string, chunks: number): Promise<Measurement[]> {
  const { store, embedder } = quarry.services.context;
  const paragraphs = await readParagraphs();
  const next = seededNumbers(chunks);
  const queries = Array.from({ length: ROUNDS }, () =>
    (paragraphs[Math.floor(next() * paragraphs.length)] ?? '').split(/\s+/).slice(3, 9).join(' '),
  );
  const vectors = await (await embedder()).embed(queries, 'query');
  const stats = await store.collectionStats('bench');
  const table = await rawTable(home);
  const { MatchQuery } = await import('@lancedb/lancedb');
  const query = (round: number): string => queries[round % queries.length] ?? '';
  const vector = (round: number): Float32Array => vectors[round % vectors.length] ?? new Float32Array(0);
  const ways = {
    service: (round: number) => quarry.execute('search', { query: query(round), collections: ['bench'] }),
    rawVector: (round: number) => {
      const nearest = table.query().nearestTo(vector(round)).distanceType('cosine');
      const leg = stats.vectorIndex === 'exact' ? nearest.bypassVectorIndex() : nearest.refineFactor(10);
      return leg
        .select([...CANDIDATE_COLUMNS, '_distance'])
        .limit(CANDIDATES)
        .toArrow();
    },
    rawKeyword: (round: number) =>
      table
        .query()
        .fullTextSearch(new MatchQuery(query(round), 'search_text'))
        .select([...CANDIDATE_COLUMNS, '_score'])
        .limit(CANDIDATES)
        .toArrow(),
  };
  await timeInTurn(8, ways);
  const times = await timeInTurn(ROUNDS, ways);
  const slower = Math.max(percentile(times.rawVector, 0.5), percentile(times.rawKeyword, 0.5));
  const p50 = percentile(times.service, 0.5);
  const name = `${chunks.toLocaleString('en')} chunks`;
  return [
    measured(`search p50, ${name} (${stats.vectorIndex})`, p50, 'ms'),
    measured(`search p95, ${name}`, percentile(times.service, 0.95), 'ms'),
    measured(`raw vector call p50, ${name}`, percentile(times.rawVector, 0.5), 'ms'),
    measured(`raw keyword call p50, ${name}`, percentile(times.rawKeyword, 0.5), 'ms'),
    measured(
      `search p50 over the slower raw call, ${name}`,
      p50 / slower,
      'times',
      chunks >= 100_000 ? { atMost: 1.5 } : undefined,
    ),
    measured(`vector recall@10, ${name}`, stats.vectorRecall, ''),
  ];
}

/** Search through the product against LanceDB's own two calls for the same columns and candidates, in turn. */
export async function benchSearch(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const quarry = await openQuarry({ home });
  try {
    await quarry.execute('create_collection', { name: 'bench' });
    await fill(quarry, 0, 500);
    const small = await compare(quarry, home, 10_000);
    await fill(quarry, 500, 5000);
    return [...small, ...(await compare(quarry, home, 100_000))];
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}
