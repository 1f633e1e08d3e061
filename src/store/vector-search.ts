import type { Table, VectorQuery } from '@lancedb/lancedb';
import type { Candidate } from '../core/ports.js';
import { cosine } from '../core/ranking/cosine.js';
import type { SearchFilter } from '../core/types.js';
import { read } from './commit.js';
import { filterPredicate } from './filter.js';
import type { KnowledgeTable } from './knowledge-table.js';
import { byScore, checkLimit, readHits, type Scores } from './leg-hits.js';
import type { ResidentVectors } from './resident/resident-vectors.js';
import type { Residents } from './resident/residents.js';
import { rowIdsOf } from './resident/row-ids.js';
import type { Predicate } from './sql.js';
import { isUsable, refineFactor, type VectorIndexState } from './vector-index.js';

/** A filter that admits less than this share of the chunks is searched exactly: its rows are few, or an index would miss some. */
const WIDE_SHARE = 0.25;

/** More rows than are wanted, for codes tell near-equal ones not apart; the exact similarities decide. */
const SPARE_ROWS = 8;
const SPARE_SHARE = 0.125;

/** A search for the nearest rows. */
interface Nearest {
  readonly table: Table;
  readonly vector: Float32Array;
  readonly limit: number;
  readonly where: Predicate | undefined;
}

/** Nearest chunks by cosine, best first, ties by chunk id. */
export async function searchVector(
  residents: Residents,
  knowledge: KnowledgeTable,
  query: {
    readonly vector: Float32Array;
    readonly limit: number;
    readonly filter: SearchFilter;
    readonly index: VectorIndexState | undefined;
  },
): Promise<Candidate[]> {
  const { vector, limit, filter, index } = query;
  checkLimit(limit);
  knowledge.checkQueryVector(vector);
  if (!vector.some((number) => number !== 0)) return []; // a zero vector points nowhere
  const table = await knowledge.open();
  const nearest = { table, vector, limit, where: filterPredicate(filter) };
  const resident = await read(() => residents.vectorsOf(knowledge));
  const leg = await toLeg(nearest, index);
  const hits = await readHits(residents, knowledge, {
    rows: () => read(async () => (await searchResident(nearest, resident)) ?? searchTable(leg)),
    whole: { column: '_distance', run: (columns) => leg().select(columns).toArrow() },
  });
  const scored = hits.map(({ row }) => ({ ...row, similarity: cosine(vector, row.vector), bm25: null }));
  return byScore(scored).slice(0, limit);
}

async function searchResident(
  { vector, limit, where }: Nearest,
  resident: ResidentVectors | undefined,
): Promise<Scores | undefined> {
  const count = limit + SPARE_ROWS + Math.ceil(limit * SPARE_SHARE);
  const ids = await resident?.nearest({ vector, count, where });
  return ids === undefined ? undefined : new Map(ids.map((id) => [id, 0])); // exact similarities come with the rows
}

async function searchTable(leg: () => VectorQuery): Promise<Scores> {
  const ids = rowIdsOf(await leg().select(['_distance']).withRowId().toArrow());
  return new Map(Array.from(ids, (id) => [id, 0]));
}

/** The engine's own query. */
async function toLeg(nearest: Nearest, index: VectorIndexState | undefined): Promise<() => VectorQuery> {
  const { table, vector, limit, where } = nearest;
  const isIndexed = isUsable(index) && (await isWide(nearest, index));
  return () => {
    const query = table.query().nearestTo(vector).distanceType('cosine');
    const leg = isIndexed ? query.refineFactor(refineFactor(index, limit)) : query.bypassVectorIndex();
    return (where === undefined ? leg : leg.where(where)).limit(limit);
  };
}

async function isWide({ table, where }: Nearest, state: VectorIndexState): Promise<boolean> {
  return where === undefined || (await table.countRows(where)) >= state.chunks * WIDE_SHARE;
}
