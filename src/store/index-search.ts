import type { Table as ArrowTable } from 'apache-arrow';
import type { KeywordQuery } from '../core/keyword-port.js';
import type { SearchFilter } from '../core/types.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import type { Engine } from './engine.js';
import { filterPredicate } from './filter.js';
import { KEYWORD_COLUMN } from './indexes.js';
import type { KeywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import { keywordQuery } from './keyword-query.js';
import type { ResidentTerms } from './resident/resident-terms.js';
import { type RowId, rowIdsOf } from './resident/row-ids.js';
import { holds, type RowList } from './resident/row-lists.js';
import { isRowOf, type Predicate } from './sql.js';

/** A filter that admits no more rows is given to the engine as their numbers. */
const MOST_NUMBERS = 5_000;
/** Most rows that are asked for where those that a filter does not admit are left out afterwards. */
const MOST_ASKED = 2_000;
/** Of the rows that are asked for, more than its share of all are admitted seldom by so much. */
const MARGIN = 1.5;

/** A search of the keyword index. */
export interface IndexSearch {
  readonly words: KeywordQuery;
  readonly limit: number;
  readonly filter: SearchFilter;
  readonly columns: string[];
}

/** A row that was found: its number, and where it stands in the rows that were read. */
export interface IndexHit {
  readonly id: RowId;
  readonly rows: ResultRows;
  readonly at: number;
}

/**
 * The best rows by the keyword index that a filter admits, at least `limit` where there are so many. The engine applies a
 * filter to all rows at each search; here it is looked up once for a version of the table. Where the rows that wait for the
 * index are kept in memory they are left out.
 */
export async function searchIndex(
  place: KeywordPlace,
  search: IndexSearch,
  at: { readonly covered: KeywordCoverage; readonly tail: ResidentTerms | undefined },
): Promise<IndexHit[]> {
  const { covered, tail } = at;
  const where = filterPredicate(search.filter);
  if (tail === undefined) return toHits(await runIndex(place, search, { covered, where }));
  const run = (limit: number, condition?: Predicate): Promise<ArrowTable> =>
    runIndex(place, { ...search, limit }, { covered, where: condition, isIndexAlone: true });
  if (where === undefined) return toHits(await run(search.limit));
  const admitted = await rowsBy(place, where);
  if (admitted.ids.length <= MOST_NUMBERS) return toHits(await run(search.limit, isRowOf(admitted.ids)));
  const asked = Math.ceil(((search.limit * covered.indexed) / admitted.ids.length) * MARGIN);
  if (asked <= MOST_ASKED) {
    const found = toHits(await run(asked));
    const kept = found.filter(({ id }) => holds(admitted, id));
    if (kept.length >= search.limit || found.length < asked) return kept;
  }
  return toHits(await run(search.limit, where));
}

/** The rows that a filter admits; undefined where it narrows nothing. */
export async function admittedRows(place: KeywordPlace, filter: SearchFilter): Promise<RowList | undefined> {
  const where = filterPredicate(filter);
  return where === undefined ? undefined : rowsBy(place, where);
}

function rowsBy({ residents, knowledge }: KeywordPlace, where: Predicate): Promise<RowList> {
  return read(() => residents.listsOf(knowledge).read(where));
}

/** One query of the engine. */
export async function runIndex(
  { engine, knowledge }: KeywordPlace,
  { words, limit, columns }: IndexSearch,
  { covered, where, isIndexAlone = false }: IndexScope,
): Promise<ArrowTable> {
  const table = await knowledge.open();
  const query = table.query().fullTextSearch(keywordQuery(engine, KEYWORD_COLUMN, words, covered.indexed > 0));
  const leg = (where === undefined ? query : query.where(where)).limit(limit).select(columns).withRowId();
  return read(() =>
    (isIndexAlone ? leg.fastSearch() : leg).toArrow().catch((error: unknown) => noWordLeft(engine, error)),
  );
}

interface IndexScope {
  readonly covered: KeywordCoverage;
  readonly where: Predicate | undefined;
  /** Whether rows that wait for the index are left out. */
  readonly isIndexAlone?: boolean;
}

function toHits(result: ArrowTable): IndexHit[] {
  const rows = new ResultRows(result);
  return Array.from(rowIdsOf(result), (id, at) => ({ id, rows, at }));
}

/** Lance fails, where it should find nothing, when stemming turns every word of a query into a stop word. */
function noWordLeft({ arrow }: Engine, error: unknown): ArrowTable {
  if (/all columns in a record batch must have the same length/.test(String(error))) return new arrow.Table();
  throw error;
}
