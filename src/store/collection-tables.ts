import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QuarryError } from '../core/errors.js';
import type { CollectionStats, Unavailable } from '../core/ports.js';
import type { Replacement } from '../core/replacement.js';
import type { Collection, ModelChoice } from '../core/types.js';
import { type Catalog, type CatalogChange, type Leftover, newTableName, TABLE_PREFIX } from './catalog.js';
import type { CatalogEntry, TableEntry } from './catalog-shapes.js';
import { read } from './commit.js';
import type { Database } from './database.js';
import { buildIndex, coverage, KEYWORD_COLUMN, STANDING_INDEXES } from './indexes.js';
import { KnowledgeTable } from './knowledge-table.js';
import { readDescription, writeDescription } from './self-description.js';
import { bytesBelow } from './sync-files.js';
import { isUsable, VECTOR_INDEX_NAME } from './vector-index.js';

/** Format of the database that tables are described in. */
const FORMAT = 1;

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
    return [...(await this.#catalog.collections()).values()]
      .sort((first, second) => (first.collection.name < second.collection.name ? -1 : 1))
      .map((entry) => this.#rows(entry));
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

  /** @throws QuarryError ALREADY_EXISTS; STORE_BROKEN when the catalogue cannot say so */
  async create(collection: Collection): Promise<void> {
    await this.#catalog.requireWhole();
    if ((await this.#catalog.collections()).has(collection.name)) {
      throw new QuarryError('ALREADY_EXISTS', `The collection ${collection.name} exists already.`, {
        hint: 'Choose another name, or remove the collection first.',
      });
    }
    await this.clearLeftovers(); // sources of a dropped collection of this name would become those of the new one
    // The record comes last: what a crash leaves before that is a table without any rows, which is cleared away.
    const table = await this.createTable(collection);
    try {
      await this.#catalog.putEntry({ collection, table });
    } catch (error) {
      await this.#database.dropTable(table.name).catch(() => undefined); // the next write does it
      throw error;
    }
    await this.describe(collection.name);
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND; FINGERPRINT_MISMATCH when there are vectors of another length */
  async update(collection: Collection): Promise<void> {
    await this.#catalog.requireWhole();
    const { entry, knowledge } = await this.rows(collection.name);
    const { dimensions } = collection.fingerprint;
    if (entry.table.dimensions === dimensions) {
      await this.#catalog.putEntry({ ...entry, collection });
      return this.describe(collection.name);
    }
    if ((await knowledge.count()).documents > 0) {
      throw new QuarryError(
        'FINGERPRINT_MISMATCH',
        `The collection ${collection.name} holds vectors of ${entry.table.dimensions} numbers, not ${dimensions}.`,
        { hint: 'Re-embed the collection, or make a new one.' },
      );
    }
    const leftover: Leftover = { table: entry.table.name, fate: 'drop', sourcesOf: '' };
    await this.replaceTable({ collection, table: await this.createTable(collection) }, leftover);
  }

  /** See `KnowledgeStore.replaceCollection`. */
  async replace(name: string, scratch: string): Promise<void> {
    if (name === scratch) return void (await this.rows(name));
    await this.#catalog.requireWhole();
    await this.#commit(await this.#prepare({ name, scratch }));
  }

  /** See `KnowledgeStore.adoptModel`. */
  async adopt(choice: ModelChoice, replacements: readonly Replacement[]): Promise<void> {
    await this.#catalog.requireWhole();
    const prepared = await Promise.all(replacements.map((replacement) => this.#prepare(replacement)));
    await this.#commit({
      entries: prepared.flatMap(({ entries }) => entries),
      leftovers: prepared.flatMap(({ leftovers }) => leftovers),
      gone: prepared.flatMap(({ gone }) => gone),
      choice,
    });
  }

  async #prepare({ name, scratch }: Replacement) {
    const [old, made] = [await this.rows(name), await this.rows(scratch)];
    const leftover: Leftover = { table: old.entry.table.name, fate: 'drop', sourcesOf: scratch };
    const { description, createdAt } = old.entry.collection;
    const entry = { collection: { ...made.entry.collection, name, description, createdAt }, table: made.entry.table };
    return { entries: [entry], leftovers: [leftover], gone: [scratch] };
  }

  /**
   * Points a collection to another table, in one commit: no crash leaves two names for one table, or a table of which
   * nobody knows whether it is still wanted.
   */
  async replaceTable(entry: CatalogEntry, leftover: Leftover): Promise<void> {
    await this.#commit({ entries: [entry], leftovers: [leftover] });
  }

  /** Changes which tables are in use; the leftovers are those that the entries had, in their order. */
  async #commit(change: Required<Pick<CatalogChange, 'entries' | 'leftovers'>> & CatalogChange): Promise<void> {
    const { entries, leftovers } = change;
    await this.#catalog.change({ ...change, settled: entries.map(({ table }) => table.name) });
    for (const [at, { collection, table }] of entries.entries()) {
      this.#open.delete(table.name);
      const replaced = leftovers[at]?.table;
      await this.describe(collection.name, replaced === undefined ? {} : { replaced });
    }
    await this.clearLeftovers();
  }

  /** Drops the collection with its sources and rows, whatever state they are in; nothing happens when it is absent. */
  async drop(name: string): Promise<void> {
    const { byName, unreadable } = await this.#catalog.view();
    const entry = byName.get(name);
    if (entry === undefined && !unreadable.has(name)) return;
    await this.#catalog.requireReadable();
    const leftovers: Leftover[] =
      entry === undefined ? [] : [{ table: entry.table.name, fate: 'drop', sourcesOf: name }];
    await this.#catalog.change({ gone: [name], leftovers });
    if (entry === undefined) await this.#catalog.deleteSourcesOf(name);
    await this.clearLeftovers();
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
      sources: (await this.#catalog.sources(entry.collection.name).catch(() => [])).length, // the check tells of it
      unindexedRows: covered?.unindexed ?? chunks,
      vectorIndex: isApproximate ? VECTOR_INDEX_NAME : 'exact',
      vectorRecall: isApproximate ? state.recall : 1,
      bytesOnDisk: await bytesBelow(this.#database.folder(entry.table.name)),
    };
  }

  /** What is known to be there and cannot be found by the catalogue. */
  async lost(): Promise<Unavailable[]> {
    const { byName, unreadable, damage } = await this.#catalog.view();
    const lost = [...unreadable]
      .filter(([name]) => !byName.has(name))
      .map(([collection, reason]) => ({ collection, reason }));
    if (damage !== undefined && unreadable.size === 0)
      lost.push({ collection: 'the list of collections', reason: damage });
    for (const table of await this.orphans()) {
      const name = (await readDescription(this.#database, table))?.entry.collection.name;
      lost.push({ collection: name ?? table, reason: `Its rows are there (${table}), but no collection owns them.` });
    }
    return lost;
  }

  /** Tables that belong to no collection, but hold rows: their records are lost. */
  async orphans(): Promise<string[]> {
    const names = await this.#unused();
    const rubbish = await Promise.all(names.map((name) => this.#isEmpty(name)));
    return names.filter((_, index) => rubbish[index] === false);
  }

  /**
   * Clears away what an interrupted creation, replacement or removal of a collection left: what the catalogue itself
   * wrote down as left over, and tables that never had a row. Any other table without a record is a loss to be mended.
   * One that cannot be cleared away now waits for the next time.
   */
  async clearLeftovers(): Promise<void> {
    const { byName, damage } = await this.#catalog.view();
    if (damage !== undefined) return; // what is missing from a damaged catalogue may be wanted
    const used = new Set([...byName.values()].map(({ table }) => table.name));
    for (const leftover of await this.#catalog.leftovers()) {
      await this.#clear(leftover, used.has(leftover.table), byName.has(leftover.sourcesOf)).catch(() => undefined);
    }
    for (const name of await this.#unused()) {
      if (await this.#isEmpty(name)) await this.#database.dropTable(name).catch(() => undefined);
    }
  }

  /**
   * Has the table say whose rows it holds. Sources that it, or the table that it replaces, tells of stay told, unless
   * they are removed on purpose: the list of sources may be what was lost. A precaution: where it cannot be written,
   * the next write tries again.
   */
  async describe(name: string, change: { readonly removed?: string; readonly replaced?: string } = {}): Promise<void> {
    try {
      const entry = await this.#catalog.entry(name);
      const told = [change.replaced ?? '', entry.table.name].filter((table) => table !== '');
      const before = await Promise.all(told.map((table) => readDescription(this.#database, table)));
      const listed = await this.#catalog.sources(name).catch(() => []); // lost: what is told of them is all there is
      const all = [...before.flatMap((description) => description?.sources ?? []), ...listed];
      const sources = [...new Map(all.map((source) => [source.id, { ...source, collection: name }])).values()];
      const kept = sources.filter(({ id }) => id !== change.removed).sort((a, b) => (a.id < b.id ? -1 : 1));
      await writeDescription(this.#database, { format: FORMAT, entry, sources: kept });
    } catch {
      // The rows and the catalogue are written; only the copy of what they say is not.
    }
  }

  /** A new table with its indexes; nothing points to it yet. Where it fails, nothing of it stays. */
  async createTable(collection: Collection): Promise<TableEntry> {
    const name = newTableName(collection.name);
    try {
      return await this.#createTable(collection, name);
    } catch (error) {
      await this.#database.dropTable(name).catch(() => undefined); // the next write does it
      throw error;
    }
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

  async #clear({ table, fate, sourcesOf }: Leftover, isUsed: boolean, isAlive: boolean): Promise<void> {
    if (sourcesOf !== '' && !isAlive) await this.#catalog.deleteSourcesOf(sourcesOf);
    this.#open.delete(table);
    if (!isUsed && fate === 'drop') await this.#database.dropTable(table);
    if (!isUsed && fate === 'aside') await this.#database.setTableAside(table);
    await this.#catalog.change({ settled: [table] });
  }

  async #unused(): Promise<string[]> {
    const { byName, damage } = await this.#catalog.view();
    const left = damage === undefined ? await this.#catalog.leftovers() : [];
    const used = new Set([...byName.values()].map(({ table }) => table.name));
    for (const { table } of left) used.add(table);
    return (await this.#database.tableNames()).filter((name) => name.startsWith(TABLE_PREFIX) && !used.has(name));
  }

  /** Whether the table certainly never held a row: no file of data, and no version that tells of any. */
  async #isEmpty(name: string): Promise<boolean> {
    const files = await readdir(join(this.#database.folder(name), 'data')).catch(() => []); // made with the first row
    if (files.length > 0) return false;
    try {
      return ((await (await this.#database.table(name))?.countRows()) ?? 0) === 0;
    } catch {
      return true; // its creation was cut short before the first version
    }
  }

  #rows(entry: CatalogEntry): CollectionRows {
    const known = this.#open.get(entry.table.name);
    if (known !== undefined && known.collection === entry.collection.name) return { knowledge: known, entry };
    const knowledge = new KnowledgeTable(this.#database, entry.collection.name, entry.table);
    this.#open.set(entry.table.name, knowledge);
    return { knowledge, entry };
  }
}
