import { QuarryError } from '../core/errors.js';
import type { CollectionStats } from '../core/ports.js';
import type { Collection } from '../core/types.js';
import { type Catalog, type CatalogEntry, newTableName, TABLE_PREFIX, type TableEntry } from './catalog.js';
import type { Database } from './database.js';
import { buildIndex, coverage, KEYWORD_COLUMN, STANDING_INDEXES } from './indexes.js';
import { KnowledgeTable, read } from './knowledge-table.js';
import { bytesBelow } from './sync-files.js';
import { isUsable, VECTOR_INDEX_NAME } from './vector-index.js';

/** A collection's rows and what the catalog says of them. */
export interface CollectionRows {
  readonly knowledge: KnowledgeTable;
  readonly entry: CatalogEntry;
}

/** The collections of a database and their tables. What changes them must be called by the only writer. */
export class CollectionTables {
  readonly #database: Database;
  readonly #catalog: Catalog;
  readonly #open = new Map<string, KnowledgeTable>();

  constructor(database: Database, catalog: Catalog) {
    this.#database = database;
    this.#catalog = catalog;
  }

  /** All collections with their rows. */
  async all(): Promise<CollectionRows[]> {
    return [...(await this.#catalog.collections()).values()].map((entry) => this.#rows(entry));
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND */
  async rows(collection: string): Promise<CollectionRows> {
    return this.#rows(await this.#catalog.entry(collection));
  }

  /**
   * Reads from a collection; once more in the table that another process may have put in the place of the first one.
   * @throws QuarryError COLLECTION_NOT_FOUND, STORE_BROKEN
   */
  async read<T>(collection: string, work: (rows: CollectionRows) => Promise<T>): Promise<T> {
    const rows = await this.rows(collection);
    try {
      return await this.#database.retention.read(() => work(rows));
    } catch (error) {
      const canBePassing =
        error instanceof QuarryError && ['STORE_BROKEN', 'COLLECTION_NOT_FOUND'].includes(error.code);
      if (!canBePassing) throw error;
      this.#database.forget(rows.knowledge.name);
      const again = await this.rows(collection);
      return this.#database.retention.read(() => work(again));
    }
  }

  /** @throws QuarryError ALREADY_EXISTS */
  async create(collection: Collection): Promise<void> {
    if ((await this.#catalog.collections()).has(collection.name)) {
      throw new QuarryError('ALREADY_EXISTS', `The collection ${collection.name} exists already.`, {
        hint: 'Choose another name, or remove the collection first.',
      });
    }
    // The record comes last: what a crash leaves before that is an orphan, which dropOrphans clears away.
    await this.#putNew(collection);
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND; FINGERPRINT_MISMATCH when there are vectors of another length */
  async update(collection: Collection): Promise<void> {
    const { entry, knowledge } = await this.rows(collection.name);
    const { dimensions } = collection.fingerprint;
    if (entry.table.dimensions === dimensions) return this.#catalog.putEntry({ ...entry, collection });
    if ((await knowledge.count()).documents > 0) {
      throw new QuarryError(
        'FINGERPRINT_MISMATCH',
        `The collection ${collection.name} holds vectors of ${entry.table.dimensions} numbers, not ${dimensions}.`,
        { hint: 'Re-embed the collection, or make a new one.' },
      );
    }
    await this.#putNew(collection);
    await this.#dropQuietly(entry);
  }

  /** See `KnowledgeStore.replaceCollection`. */
  async replace(name: string, scratch: string): Promise<void> {
    const [old, made] = [await this.rows(name), await this.rows(scratch)];
    if (name === scratch) return;
    // One commit: `name` points to the new rows and `scratch` is gone, so no crash leaves two names for one table.
    await this.#catalog.swapEntry({ collection: { ...made.entry.collection, name }, table: made.entry.table }, scratch);
    this.#open.delete(made.entry.table.name);
    await this.#dropQuietly(old.entry, scratch);
  }

  /** Drops the collection with its sources and rows; nothing happens when it is absent. */
  async drop(name: string): Promise<void> {
    const entry = (await this.#catalog.collections()).get(name);
    if (entry === undefined) return;
    // The record goes first: what a crash leaves after that is an orphan, which dropOrphans clears away.
    await this.#catalog.deleteEntry(name);
    await this.#dropQuietly(entry, name);
  }

  async stats({ knowledge, entry }: CollectionRows): Promise<CollectionStats> {
    const { documents, chunks } = await knowledge.count();
    const table = await knowledge.open();
    const covered = await read(() => coverage(table, KEYWORD_COLUMN));
    const state = entry.table.vectorIndex ?? undefined;
    const isApproximate = isUsable(state);
    return {
      documents,
      chunks,
      sources: (await this.#catalog.sources(entry.collection.name)).length,
      unindexedRows: covered?.unindexed ?? chunks,
      vectorIndex: isApproximate ? VECTOR_INDEX_NAME : 'exact',
      vectorRecall: isApproximate ? state.recall : 1,
      bytesOnDisk: await bytesBelow(this.#database.folder(entry.table.name)),
    };
  }

  /** Tables that belong to no collection. */
  async orphans(): Promise<string[]> {
    const used = new Set((await this.all()).map(({ entry }) => entry.table.name));
    return (await this.#database.tableNames()).filter((name) => name.startsWith(TABLE_PREFIX) && !used.has(name));
  }

  /** Clears away what an interrupted creation, replacement or removal of a collection left. */
  async dropOrphans(): Promise<void> {
    for (const name of await this.orphans()) await this.#database.dropTable(name);
    const entries = await this.#catalog.collections();
    for (const source of await this.#catalog.sources()) {
      if (!entries.has(source.collection)) await this.#catalog.deleteSource(source.id);
    }
  }

  /** A new table and, last, the record that makes it the collection's; where that fails, nothing of it stays. */
  async #putNew(collection: Collection): Promise<void> {
    const name = newTableName(collection.name);
    try {
      await this.#catalog.putEntry({ collection, table: await this.#createTable(collection, name) });
    } catch (error) {
      await this.#database.dropTable(name).catch(() => undefined); // dropOrphans does it later
      throw error;
    }
  }

  /** Drops what no record points to any more: the change is made, so what fails here is left to dropOrphans. */
  async #dropQuietly(entry: CatalogEntry, sourcesOf?: string): Promise<void> {
    await this.#dropTable(entry).catch(() => undefined);
    if (sourcesOf !== undefined) await this.#catalog.deleteSourcesOf(sourcesOf).catch(() => undefined);
  }

  async #createTable(collection: Collection, name: string): Promise<TableEntry> {
    const table = {
      name,
      dimensions: collection.fingerprint.dimensions,
      vectorIndex: null,
    };
    const handle = await new KnowledgeTable(this.#database, collection.name, table).create();
    // Built while empty, so that no row is ever searched without one.
    for (const column of STANDING_INDEXES) await buildIndex(this.#database.engine, handle, column);
    return table;
  }

  async #dropTable({ table }: CatalogEntry): Promise<void> {
    this.#open.delete(table.name);
    await this.#database.dropTable(table.name);
  }

  #rows(entry: CatalogEntry): CollectionRows {
    const known = this.#open.get(entry.table.name);
    if (known !== undefined && known.collection === entry.collection.name) return { knowledge: known, entry };
    const knowledge = new KnowledgeTable(this.#database, entry.collection.name, entry.table);
    this.#open.set(entry.table.name, knowledge);
    return { knowledge, entry };
  }
}
