import type { Table, VectorQuery } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { QuarryError } from '../core/errors.js';
import type { KeywordQuery } from '../core/keyword-port.js';
import type { Candidate, NamedCandidate } from '../core/ports.js';
import type { SearchFilter } from '../core/types.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import type { Engine } from './engine.js';
import { filterPredicate } from './filter.js';
import { coverage, KEYWORD_COLUMN } from './indexes.js';
import { keywordQuery } from './keyword-query.js';
import { CANDIDATE_COLUMNS, decodeCandidate, type LegScores } from './knowledge-rows.js';
import type { KnowledgeTable } from './knowledge-table.js';
import type { Predicate } from './sql.js';
import { learnFrequencies } from './term-statistics.js';
import { isUsable, refineFactor, type VectorIndexState } from './vector-index.js';

/** A filter that admits less than this share of the chunks is searched exactly: its rows are few, or an index would miss some. */
const WIDE_SHARE = 0.25;

/** Largest `limit` of a leg. */
export const MAX_CANDIDATES = 1000;

/** Nearest chunks by cosine, best first, ties by chunk id. */
export async function searchVector(
  knowledge: KnowledgeTable,
  query: { readonly vector: Float32Array; readonly limit: number; readonly filter: SearchFilter },
  state: VectorIndexState | undefined,
): Promise<Candidate[]> {
  checkLimit(query.limit);
  knowledge.checkQueryVector(query.vector);
  if (!query.vector.some((number) => number !== 0)) return []; // a zero vector points nowhere
  const table = await knowledge.open();
  const nearest = { table, vector: query.vector, limit: query.limit, where: filterPredicate(query.filter) };
  const rows = await read(async () => {
    return isUsable(state) && (await isWide(nearest, state)) ? approximately(nearest, state) : exactly(nearest);
  });
  const hits = ranked(knowledge, rows, (row) => ({
    similarity: Math.max(-1, Math.min(1, 1 - rows.number('_distance', row))),
    bm25: null,
  }));
  return hits.slice(0, query.limit);
}

/** A search for the nearest rows. */
interface Nearest {
  readonly table: Table;
  readonly vector: Float32Array;
  readonly limit: number;
  readonly where: Predicate | undefined;
}

async function isWide({ table, where }: Nearest, state: VectorIndexState): Promise<boolean> {
  return where === undefined || (await table.countRows(where)) >= state.chunks * WIDE_SHARE;
}

function exactly(nearest: Nearest): Promise<ResultRows> {
  return collect(nearest, nearestTo(nearest).bypassVectorIndex());
}

function approximately(nearest: Nearest, state: VectorIndexState): Promise<ResultRows> {
  return collect(nearest, nearestTo(nearest).refineFactor(refineFactor(state, nearest.limit)));
}

function nearestTo({ table, vector }: Nearest): VectorQuery {
  return table.query().nearestTo(vector).distanceType('cosine');
}

async function collect({ limit, where }: Nearest, leg: VectorQuery): Promise<ResultRows> {
  const narrowed = (where === undefined ? leg : leg.where(where)).select([...CANDIDATE_COLUMNS, '_distance']);
  return new ResultRows(await narrowed.limit(limit).toArrow());
}

/** Best chunks by BM25, best first, ties by chunk id. No terms find nothing. */
export async function searchKeyword(
  engine: Engine,
  knowledge: KnowledgeTable,
  query: { readonly words: KeywordQuery; readonly limit: number; readonly filter: SearchFilter },
): Promise<Candidate[]> {
  checkLimit(query.limit);
  const where = filterPredicate(query.filter);
  const table = await knowledge.open();
  const isIndexed = await hasIndexedRows(knowledge);
  const words = keywordQuery(engine, KEYWORD_COLUMN, query.words, isIndexed);
  if (words === undefined) return [];
  const rows = await read(async () => {
    const leg = table.query().fullTextSearch(words);
    const narrowed = (where === undefined ? leg : leg.where(where)).select([...CANDIDATE_COLUMNS, '_score']);
    return new ResultRows(
      await narrowed
        .limit(query.limit)
        .toArrow()
        .catch((error: unknown) => noWordLeft(engine, error)),
    );
  });
  const hits = ranked(knowledge, rows, (row) => ({ similarity: null, bm25: rows.number('_score', row) }));
  const isPlain = (query.words.required ?? []).length === 0 && (query.words.excluded ?? []).length === 0;
  if (isPlain) {
    const scored = hits.map(({ bm25, searchText }) => ({ score: bm25 ?? 0, searchText }));
    await learnFrequencies(knowledge, table, { terms: query.words.terms, rows: scored });
  }
  return hits;
}

/** First chunks of documents that are called by any of the name terms, best first, ties by document id. */
export async function searchNames(
  engine: Engine,
  knowledge: KnowledgeTable,
  query: { readonly nameTerms: readonly string[]; readonly limit: number; readonly filter: SearchFilter },
): Promise<NamedCandidate[]> {
  checkLimit(query.limit);
  const words = keywordQuery(engine, KEYWORD_COLUMN, { terms: query.nameTerms }, await hasIndexedRows(knowledge));
  if (words === undefined) return [];
  const where = filterPredicate(query.filter);
  const table = await knowledge.open();
  const rows = await read(async () => {
    const leg = table.query().fullTextSearch(words);
    const narrowed = (where === undefined ? leg : leg.where(where)).select(['document_id', 'search_text', '_score']);
    const found = await narrowed.limit(query.limit).toArrow();
    return new ResultRows(found);
  });
  const named = new Map(
    Array.from({ length: rows.length }, (_, row) => [rows.text('document_id', row), rows.text('search_text', row)]),
  );
  const candidates = await knowledge.firstChunks([...named.keys()]);
  return candidates.map((candidate) => ({
    candidate,
    nameTerms: new Set(named.get(candidate.chunk.documentId)?.split(' ')),
  }));
}

/** Lance fails, where it should find nothing, when stemming turns every word of a query into a stop word. */
function noWordLeft({ arrow }: Engine, error: unknown): ArrowTable {
  if (/all columns in a record batch must have the same length/.test(String(error))) return new arrow.Table();
  throw error;
}

/** Whether the keyword index covers any row, remembered per version of the table. */
const coveredAt = new WeakMap<KnowledgeTable, { readonly version: number; readonly isIndexed: boolean }>();

async function hasIndexedRows(knowledge: KnowledgeTable): Promise<boolean> {
  const table = await knowledge.open();
  return read(async () => {
    const version = await table.version();
    const known = coveredAt.get(knowledge);
    if (known?.version === version) return known.isIndexed;
    const isIndexed = ((await coverage(table, KEYWORD_COLUMN))?.indexed ?? 0) > 0;
    coveredAt.set(knowledge, { version, isIndexed });
    return isIndexed;
  });
}

function ranked(knowledge: KnowledgeTable, rows: ResultRows, scores: (row: number) => LegScores): Candidate[] {
  return Array.from({ length: rows.length }, (_, row) => decodeCandidate(rows, row, knowledge.collection, scores(row)))
    .filter(({ bm25 }) => bm25 === null || bm25 > 0)
    .sort((first, second) => scoreOf(second) - scoreOf(first) || (first.chunk.id < second.chunk.id ? -1 : 1));
}

function scoreOf({ similarity, bm25 }: Candidate): number {
  return similarity ?? bm25 ?? 0;
}

/** @throws QuarryError INPUT_INVALID: LanceDB would take 2^32 + 1 for one row and -1 for all */
function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_CANDIDATES) return;
  throw new QuarryError('INPUT_INVALID', `${limit} is not a number of candidates.`, {
    hint: `Ask for 1 to ${MAX_CANDIDATES}.`,
  });
}
