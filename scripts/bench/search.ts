import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQuarry, type Quarry } from '../../src/quarry.js';
import { CANDIDATE_COLUMNS } from '../../src/store/knowledge-rows.js';
import { readParagraphs, seededNumbers } from './corpus.js';
import { putMadeDocuments } from './made-documents.js';
import { type Measurement, measured, percentile, timeInTurn } from './measure.js';
import { rawTable } from './raw-table.js';

const ROUNDS = 60;
/** What each leg is asked for by default. */
const CANDIDATES = 100;

async function fill(quarry: Quarry, from: number, to: number): Promise<void> {
  await putMadeDocuments(quarry, { from, to });
  await quarry.services.context.store.maintain('bench');
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
