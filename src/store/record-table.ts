import type { Table } from '@lancedb/lancedb';
import PQueue from 'p-queue';
import type { JsonValue } from '../core/types.js';
import { arrowSchema, arrowTable, type ColumnSpec, ResultRows, type RowOf } from './columns.js';
import { commit, commitChecked, read, storeError } from './commit.js';
import type { Database } from './database.js';
import { allOf, equals, isOneOf, type Predicate } from './sql.js';

/** Columns of a table of records. */
export const RECORD_COLUMNS = {
  id: 'text',
  kind: 'text',
  name: 'text',
  label: 'text',
  made_at: 'text',
  json: 'text',
} as const satisfies ColumnSpec;

/** A row of a table of records. */
export type RecordRow = RowOf<typeof RECORD_COLUMNS>;

/** The tables that every database has. */
export const CONTROL_TABLES = ['collections', 'sources', 'jobs', 'records'] as const;

/** One of {@link CONTROL_TABLES}. */
export type ControlTable = (typeof CONTROL_TABLES)[number];

/** Creates an empty table of records. */
export async function createRecordTable(database: Database, name: string): Promise<Table> {
  return commit(() => database.createTable(name, arrowSchema(database.engine, RECORD_COLUMNS), 'id'));
}

/** A small JSON value under a kind and a name. */
export interface StoredRecord {
  readonly kind: string;
  readonly name: string;
  /** What lists are narrowed by: a job's state, a source's collection; else empty. */
  readonly label: string;
  /** What lists are sorted by, newest first; else empty. */
  readonly madeAt: string;
  readonly value: JsonValue;
}

/** What tells a record from all others. */
export type RecordName = Pick<StoredRecord, 'kind' | 'name'>;

/** Narrows a list of records. */
export interface RecordQuery {
  readonly kind: string;
  readonly labels?: readonly string[];
}

/** Writes between two compactions; each write adds a version of some ten kilobytes. */
const WRITES_PER_COMPACTION = 20;

/**
 * A table of JSON records. Each write replaces one row by its key. Safe without the writer's lease: the key is the
 * table's unenforced primary key and the merge scans instead of using an index, so two processes that write the same
 * new key make one row; conflicts are retried.
 */
export class RecordTable {
  readonly #database: Database;
  readonly #name: ControlTable;
  readonly #turns = new PQueue({ concurrency: 1 });
  #writes = 0;

  constructor(database: Database, name: ControlTable) {
    this.#database = database;
    this.#name = name;
  }

  /** A number that changes with every write of any process; 0 while the table does not exist. */
  async version(): Promise<number> {
    const table = await this.#database.table(this.#name);
    return table === undefined ? 0 : await read(() => this.#database.version(table));
  }

  async get(kind: string, name: string): Promise<JsonValue | undefined> {
    const rows = await this.#read(equals('id', recordId(kind, name)), ['json']);
    return rows === undefined || rows.length === 0 ? undefined : parseJson(rows.text('json', 0));
  }

  /** All records of all kinds. */
  async all(): Promise<StoredRecord[]> {
    const rows = await this.#read(undefined);
    return rows === undefined ? [] : decode(rows);
  }

  /** All records of the kind, by name. */
  async list(query: RecordQuery): Promise<StoredRecord[]> {
    const rows = await this.#read(queryPredicate(query));
    if (rows === undefined) return [];
    return decode(rows).sort((first, second) => (first.name < second.name ? -1 : 1));
  }

  /** One page of the kind's records, newest first, then by name. */
  async page(query: RecordQuery, offset: number, limit: number): Promise<{ items: StoredRecord[]; total: number }> {
    const table = await this.#database.table(this.#name);
    if (table === undefined) return { items: [], total: 0 };
    const where = queryPredicate(query);
    const order = [
      { columnName: 'made_at', ascending: false },
      { columnName: 'name', ascending: true },
    ];
    const read = async () => {
      const [result, total] = await Promise.all([
        table.query().where(where).orderBy(order).offset(offset).limit(limit).toArrow(),
        table.countRows(where),
      ]);
      return { items: decode(new ResultRows(result)), total };
    };
    return this.#reading(read);
  }

  /** Adds or replaces a record. */
  async put(record: StoredRecord): Promise<void> {
    await this.change([record], []);
  }

  /** Adds or replaces records, at least one, and deletes the records `gone`, in one commit. */
  async change(records: readonly StoredRecord[], gone: readonly RecordName[]): Promise<void> {
    await this.#write(
      async (table) => {
        const { engine } = this.#database;
        const data = arrowTable(engine, arrowSchema(engine, RECORD_COLUMNS), records.map(encodeRecord));
        const merge = table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll();
        const ids = gone.map(({ kind, name }) => recordId(kind, name));
        const whole = ids.length === 0 ? merge : merge.whenNotMatchedBySourceDelete({ where: isOneOf('id', ids) });
        await whole.useIndex(false).execute(data);
      },
      async () => {
        for (const { kind, name, value } of records)
          if (JSON.stringify(await this.get(kind, name)) !== JSON.stringify(value)) return false;
        const put = new Set(records.map(({ kind, name }) => recordId(kind, name)));
        const removed = gone.filter(({ kind, name }) => !put.has(recordId(kind, name)));
        const left = await Promise.all(removed.map(({ kind, name }) => this.get(kind, name)));
        return left.every((value) => value === undefined);
      },
    );
  }

  /** Resolves to whether it existed. */
  async delete(kind: string, name: string): Promise<boolean> {
    if ((await this.get(kind, name)) === undefined) return false;
    await this.#write(
      async (table) => {
        await table.delete(equals('id', recordId(kind, name)));
      },
      async () => (await this.get(kind, name)) === undefined,
    );
    return true;
  }

  /** Deletes the kind's records with this label; resolves to how many there were. */
  async deleteLabelled(kind: string, label: string): Promise<number> {
    const records = await this.list({ kind, labels: [label] });
    if (records.length === 0) return 0;
    const where = queryPredicate({ kind, labels: [label] });
    await this.#write(
      async (table) => {
        await table.delete(where);
      },
      async () => (await this.list({ kind, labels: [label] })).length === 0,
    );
    return records.length;
  }

  /** Resolves when no write is queued or running. */
  async idle(): Promise<void> {
    await this.#turns.onIdle();
  }

  /** Where there are more than `most` old versions, folds what was written and drops them; other processes may do the same at the same time. */
  async compact(most: number): Promise<void> {
    await this.#turns.add(() => this.#compact(most));
  }

  async #write(work: (table: Table) => Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
    await this.#turns.add(async () => {
      const table = (await this.#database.table(this.#name)) ?? (await createRecordTable(this.#database, this.#name));
      await commitChecked(() => work(table), isDone);
      this.#writes += 1;
      if (this.#writes >= WRITES_PER_COMPACTION) await this.#compact(0);
    });
  }

  async #compact(most: number): Promise<void> {
    const { retention } = this.#database;
    this.#writes = 0;
    try {
      const table = await this.#database.table(this.#name);
      if (table !== undefined && (await retention.droppable(table)) > most)
        await retention.clean(table, this.#database.folder(this.#name));
    } catch {
      // Another process may be compacting: then this one need not, and the next compaction catches up.
    }
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#database.retention.read(work);
    } catch (error) {
      throw storeError(error);
    }
  }

  async #read(where: Predicate | undefined, columns?: string[]): Promise<ResultRows | undefined> {
    const table = await this.#database.table(this.#name);
    if (table === undefined) return undefined;
    return this.#reading(async () => {
      const query = where === undefined ? table.query() : table.query().where(where);
      return new ResultRows(await (columns === undefined ? query : query.select(columns)).toArrow());
    });
  }
}

/** Key of a record's row. */
export function recordId(kind: string, name: string): string {
  return JSON.stringify([kind, name]);
}

function queryPredicate({ kind, labels }: RecordQuery): Predicate {
  const ofKind = equals('kind', kind);
  return allOf([ofKind, labels === undefined || labels.length === 0 ? undefined : isOneOf('label', labels)]) ?? ofKind;
}

/** The row of a record. */
export function encodeRecord(record: StoredRecord): RecordRow {
  return {
    id: recordId(record.kind, record.name),
    kind: record.kind,
    name: record.name,
    label: record.label,
    made_at: record.madeAt,
    json: JSON.stringify(record.value),
  };
}

function decode(rows: ResultRows): StoredRecord[] {
  return Array.from({ length: rows.length }, (_, row) => decodeRecord(rows, row));
}

/** The record at a row with {@link RECORD_COLUMNS}. A value that is no JSON any more comes back as null. */
export function decodeRecord(rows: ResultRows, row: number): StoredRecord {
  return {
    kind: rows.text('kind', row),
    name: rows.text('name', row),
    label: rows.text('label', row),
    madeAt: rows.text('made_at', row),
    value: parseJson(rows.text('json', row)),
  };
}

/** Damaged text is null, which no reader of a record takes for a value: one such row must not hide all others. */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // JSON text can hold nothing else
  } catch {
    return null;
  }
}
