import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '@lancedb/lancedb';
import type { Report } from '../core/ports.js';
import { ResultRows } from './columns.js';
import { commit } from './commit.js';
import type { Database } from './database.js';
import type { Engine } from './engine.js';
import { buildIndex, coverage, KEYWORD_COLUMN, missingIndexes, STANDING_INDEXES } from './indexes.js';
import type { KnowledgeTable } from './knowledge-table.js';
import { keepCodes } from './resident/keep-codes.js';
import { KEEP_ALL } from './retention.js';
import { both, contains, equals, type Predicate } from './sql.js';
import { syncFiles } from './sync-files.js';
import {
  buildVectorIndex,
  dropVectorIndex,
  isVectorIndexFit,
  type VectorIndexState,
  type VectorPolicy,
} from './vector-index.js';

/**
 * A tail above this many rows, and this share of what is indexed, is folded while documents are still coming in. Each time costs
 * a build of the whole, and leaves fragments that cannot be compacted with those behind them until both are indexed.
 */
const TAIL_ROWS = 25_000;
const TAIL_SHARE = 0.5;

/** Up to so many new rows, and this share of what is indexed, wait for more: searches keep them in memory (resident/resident-terms.ts). */
const IDLE_TAIL_ROWS = 5_000;
const IDLE_TAIL_SHARE = 0.05;
/** Each commit leaves a fragment, and each fragment costs a little on every query. */
const MAX_FRAGMENTS = 16;
/** Old versions that wait for more: each costs some ten kilobytes and what was replaced in it. */
const MAX_VERSIONS = 12;
/** The same for a store that stays open or closes, when no job puts the table in order. */
export const OLD_VERSIONS = 4;
/** Of large tables, where folding takes seconds, one more of both waits for so many rows. */
const waiting = (rows: number): number => rows / 1_000;
/** Above this share of deleted rows the table is written anew without them. */
const MAX_DELETED = 0.2;

const CONFLICT_ATTEMPTS = 5;
/** An index that says nothing for so long is broken. */
const ANSWER_MS = 20_000;

/** What maintenance needs besides the table. */
export interface MaintenanceContext {
  readonly database: Database;
  readonly policy: VectorPolicy;
  readonly state: VectorIndexState | undefined;
  /** Time, in milliseconds since 1970, up to which all files are known to be on the disk; 0 when unknown. */
  readonly syncedMs: number;
  /** Called with a new state of the vector index, or null when it is gone. */
  readonly remember: (state: VectorIndexState | null) => Promise<void>;
}

/** Brings indexes, versions and files of a collection in order. Must be called by the only writer. */
export async function maintainTable(
  knowledge: KnowledgeTable,
  context: MaintenanceContext,
  report?: Report,
): Promise<void> {
  const steps = ['keyword index', 'vector index', 'files'];
  const tell = (done: number) =>
    report?.({ stage: 'index', done, total: steps.length, message: steps[done] ?? 'done' });
  tell(0);
  const { database, state } = context;
  const table = await knowledge.open();
  const { documents, chunks } = await knowledge.count();
  const size = { chunks, rows: documents + chunks, dimensions: knowledge.dimensions, policy: context.policy };
  const stale = [...new Set([...(await missingIndexes(table)), ...(await brokenIndexes(table))])];
  const isVectorFit = await isVectorIndexFit(table, state, size);
  const isDue = !isVectorFit || stale.length > 0 || !(await canWait(database, table));
  // Fragments that different parts of an index cover are never compacted together, so an index to be replaced goes first.
  if (!isVectorFit) await retried(() => dropVectorIndex(table));
  if (isDue) await foldTable(database, table, stale);
  tell(1);
  if (!isVectorFit) {
    const made = await retried(() => buildVectorIndex(database.engine, table, { ...size, state }));
    if (made !== null || state !== undefined) await context.remember(made);
  }
  if (isDue) await retried(() => database.retention.clean(table, knowledge.folder));
  await keepCodes(knowledge, { ...size, isDue });
  tell(2);
  await syncFiles(database.directory, context.syncedMs);
  tell(3);
}

/** Drops the old versions of a collection's table when there are too many. Must be called by the only writer. */
export async function dropOldVersions(database: Database, knowledge: KnowledgeTable): Promise<void> {
  const table = await knowledge.open();
  if (await hasOldVersions(database, table)) await retried(() => database.retention.clean(table, knowledge.folder));
}

/** Whether a table has more old versions than are worth the work: dropping them folds all of it. */
async function hasOldVersions({ retention }: Database, table: Table): Promise<boolean> {
  return (await retention.droppable(table)) > OLD_VERSIONS + waiting(await table.countRows());
}

/** Whether any table has. */
export async function someHaveOldVersions(database: Database): Promise<boolean> {
  for (const name of await database.tableNames()) {
    const table = await database.table(name).catch(() => undefined); // broken: not for here to mend
    if (table !== undefined && (await hasOldVersions(database, table))) return true;
  }
  return false;
}

/** Merges rows that no index covers into the indexes, and mends indexes that are missing or cannot be read. */
async function foldTable({ engine }: Database, table: Table, stale: readonly string[]): Promise<void> {
  for (const column of stale) await retried(() => buildIndex(engine, table, column));
  const optimize = () => retried(() => table.optimize(KEEP_ALL));
  try {
    await optimize();
    // Only fragments that the same parts of the indexes cover are compacted together, so the first call brings the
    // indexes up to date and the second one compacts.
    if ((await table.stats()).fragmentStats.numFragments > 1) await optimize();
  } catch {
    // Folding reads all of an index where a query reads little of it, so damage may show only here.
    for (const column of STANDING_INDEXES) await retried(() => buildIndex(engine, table, column));
    await commit(optimize);
  }
}

/** Folding costs time in proportion to the whole table: a few new rows are left to be scanned. */
async function canWait({ retention }: Database, table: Table): Promise<boolean> {
  const covered = await coverage(table, KEYWORD_COLUMN);
  if (covered === undefined || covered.unindexed > Math.min(IDLE_TAIL_ROWS, covered.indexed * IDLE_TAIL_SHARE))
    return false;
  const { numRows, fragmentStats } = await table.stats();
  const written = fragmentStats.numFragments * fragmentStats.lengths.mean; // lengths count deleted rows too
  const more = waiting(numRows);
  if (fragmentStats.numFragments > MAX_FRAGMENTS + more || written - numRows > written * MAX_DELETED) return false;
  return (await retention.droppable(table)) <= MAX_VERSIONS + more;
}

/**
 * Builds the keyword index anew when so many rows wait for it that scanning them makes searches slow. The tail grows
 * with the table, so that an ingest of any length costs a small multiple of one build. Leaves the rest to
 * {@link maintainTable}: compacting would copy the table each time.
 */
export async function foldLongTail(engine: Engine, table: Table): Promise<void> {
  const covered = await coverage(table, KEYWORD_COLUMN);
  if (covered !== undefined && covered.unindexed <= Math.max(TAIL_ROWS, covered.indexed * TAIL_SHARE)) return;
  await commit(() => retried(() => buildIndex(engine, table, KEYWORD_COLUMN)));
}

/** Columns of {@link STANDING_INDEXES} whose index cannot answer. */
export async function brokenIndexes(table: Table): Promise<string[]> {
  const held = await heldValues(table);
  // One question to all costs half of one to each.
  const answers = await Promise.all([canAnswer(table, PLAIN_COLUMNS, held), canAnswer(table, [KEYWORD_COLUMN], held)]);
  if (answers.every((answer) => answer)) return [];
  const each = await Promise.all(STANDING_INDEXES.map((column) => canAnswer(table, [column], held)));
  return STANDING_INDEXES.filter((_, at) => each[at] === false);
}

const PLAIN_COLUMNS = STANDING_INDEXES.filter((column) => column !== KEYWORD_COLUMN);

/** Builds the indexes that cannot answer anew; resolves to whether there were any. */
export async function mendIndexes(engine: Engine, table: Table): Promise<boolean> {
  const broken = await brokenIndexes(table);
  for (const column of broken) await retried(() => buildIndex(engine, table, column));
  return broken.length > 0;
}

/** Builds every standing index anew. */
export async function rebuildIndexes(engine: Engine, table: Table): Promise<void> {
  for (const column of STANDING_INDEXES) await retried(() => buildIndex(engine, table, column));
}

/** Values that stand in the columns of sorted indexes, by column: only for those is more than the ends of the pages read. */
type HeldValues = ReadonlyMap<string, string>;

const SORTED_COLUMNS = ['key', 'document_id', 'chunk_id', 'embed_hash'] as const;
/** Among so many rows a value of each column is looked for. */
const LOOKED_AT = 50;

async function heldValues(table: Table): Promise<HeldValues> {
  const rows = new ResultRows(
    await table
      .query()
      .select([...SORTED_COLUMNS])
      .limit(LOOKED_AT)
      .toArrow(),
  );
  const held = new Map<string, string>();
  for (const column of SORTED_COLUMNS) {
    const values = Array.from({ length: rows.length }, (_, at) => rows.text(column, at));
    const value = values.find((text) => text !== '');
    if (value !== undefined) held.set(column, value);
  }
  return held;
}

/** Whether the indexes of these columns answer, the keyword index alone or others. */
async function canAnswer(table: Table, columns: readonly string[], held: HeldValues): Promise<boolean> {
  try {
    const query = table.query();
    if (columns.includes(KEYWORD_COLUMN)) {
      // A common word, so that a list of postings is read and not only the dictionary.
      query.fullTextSearch('data value use new name', { columns: KEYWORD_COLUMN }).select(['key', '_score']);
    } else {
      query.where(columns.map((column) => probeOf(column, held)).reduce(both)).select(['key']);
    }
    await query.limit(1).toArrow({ timeoutMs: ANSWER_MS }); // on some damage the engine waits for ever
    return true;
  } catch {
    return false;
  }
}

/** A condition that only the index can tell of. */
function probeOf(column: string, held: HeldValues): Predicate {
  return column === 'tags' || column === 'facts'
    ? contains(column, 'probe')
    : equals(column, held.get(column) ?? 'probe');
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === CONFLICT_ATTEMPTS || !/conflict/i.test(String(error))) throw error;
      await delay(50 * 2 ** attempt);
    }
  }
}
