import { QuarryError } from '../core/errors.js';
import type {
  Candidate,
  Clock,
  CollectionStats,
  DocumentRows,
  KnowledgeStore,
  KnownDocument,
  Page,
  PageRequest,
  Report,
  StoreFinding,
} from '../core/ports.js';
import type { Chunk, Collection, Document, Job, JobState, JsonValue, SearchFilter, Source } from '../core/types.js';
import { Catalog, type CatalogEntry, newTableName, TABLE_PREFIX, type TableEntry } from './catalog.js';
import { checkStore } from './check.js';
import type { Database } from './database.js';
import { buildIndex, coverage, KEYWORD_COLUMN, STANDING_INDEXES } from './indexes.js';
import type { DocumentHead } from './knowledge-rows.js';
import { KnowledgeTable, read } from './knowledge-table.js';
import type { WriterLease } from './lease.js';
import { foldLongTail, maintainTable, mendIndexes } from './maintenance.js';
import { bytesBelow } from './sync-files.js';
import { searchKeyword, searchVector } from './table-search.js';
import { VECTOR_INDEX_NAME, type VectorPolicy } from './vector-index.js';
import { Writer } from './writer.js';

/** Largest page of a list. */
const MAX_PAGE = 1000;

/** What a store is made of. */
export interface LanceStoreParts {
  readonly database: Database;
  readonly lease: WriterLease;
  readonly clock: Clock;
  readonly policy: VectorPolicy;
  readonly newestFormat: number;
}

/** The {@link KnowledgeStore} over LanceDB. */
export class LanceStore implements KnowledgeStore {
  readonly #parts: LanceStoreParts;
  readonly #catalog: Catalog;
  readonly #writer: Writer;
  readonly #tables = new Map<string, KnowledgeTable>();
  /** Up to when all files are on the disk, 0 when unknown; file times are the system's, whatever clock the store was given. */
  #syncedMs = 0;
  #isClosed = false;

  constructor(parts: LanceStoreParts) {
    this.#parts = parts;
    this.#catalog = new Catalog(parts.database, parts.clock);
    this.#writer = new Writer(parts.lease);
  }

  async listCollections(): Promise<Collection[]> {
    return [...(await this.#entries()).values()].map((entry) => entry.collection);
  }

  async getCollection(name: string): Promise<Collection | undefined> {
    return (await this.#entries()).get(name)?.collection;
  }

  async createCollection(collection: Collection): Promise<void> {
    await this.#writer.write(async () => {
      if ((await this.#entries()).has(collection.name)) {
        throw new QuarryError('ALREADY_EXISTS', `The collection ${collection.name} exists already.`, {
          hint: 'Choose another name, or remove the collection first.',
        });
      }
      const table = await this.#createTable(collection);
      await this.#catalog.putEntry({ collection, table });
    });
  }

  async updateCollection(collection: Collection): Promise<void> {
    await this.#writer.write(async () => {
      const entry = await this.#entry(collection.name);
      const { dimensions } = collection.fingerprint;
      if (entry.table.dimensions === dimensions) return this.#catalog.putEntry({ ...entry, collection });
      if ((await this.#knowledge(entry).count()).documents > 0) {
        throw new QuarryError(
          'FINGERPRINT_MISMATCH',
          `The collection ${collection.name} holds vectors of ${entry.table.dimensions} numbers, not ${dimensions}.`,
          { hint: 'Re-embed the collection, or make a new one.' },
        );
      }
      await this.#catalog.putEntry({ collection, table: await this.#createTable(collection) });
      await this.#parts.database.dropTable(entry.table.name);
    });
  }

  async replaceCollection(name: string, scratch: string): Promise<void> {
    await this.#writer.write(async () => {
      const [old, made] = [await this.#entry(name), await this.#entry(scratch)];
      if (name === scratch) return;
      // One commit: `name` points to the new rows and `scratch` is gone, so no crash leaves two names for one table.
      await this.#catalog.swapEntry({ collection: { ...made.collection, name }, table: made.table }, scratch);
      await this.#catalog.deleteSourcesOf(scratch);
      this.#tables.clear();
      await this.#parts.database.dropTable(old.table.name);
    });
  }

  async dropCollection(name: string): Promise<void> {
    await this.#writer.write(async () => {
      const entry = (await this.#entries()).get(name);
      if (entry === undefined) return;
      // The record goes first: what a crash leaves after that is an orphan, which recover() clears away.
      await this.#catalog.deleteEntry(name);
      await this.#catalog.deleteSourcesOf(name);
      this.#tables.delete(entry.table.name);
      await this.#parts.database.dropTable(entry.table.name);
    });
  }

  async collectionStats(name: string): Promise<CollectionStats> {
    const entry = await this.#entry(name);
    const knowledge = this.#knowledge(entry);
    const { documents, chunks } = await knowledge.count();
    const table = await knowledge.open();
    const covered = await read(() => coverage(table, KEYWORD_COLUMN));
    const state = entry.table.vectorIndex;
    const isApproximate = state !== null && state.refine > 0;
    return {
      documents,
      chunks,
      sources: (await this.#catalog.sources(name)).length,
      unindexedRows: covered?.unindexed ?? chunks,
      vectorIndex: isApproximate ? VECTOR_INDEX_NAME : 'exact',
      vectorRecall: isApproximate ? state.recall : 1,
      bytesOnDisk: await bytesBelow(this.#parts.database.folder(entry.table.name)),
    };
  }

  async listSources(collection?: string): Promise<Source[]> {
    this.#demandOpen();
    return this.#catalog.sources(collection);
  }

  async getSource(id: string): Promise<Source | undefined> {
    this.#demandOpen();
    return this.#catalog.source(id);
  }

  async putSource(source: Source): Promise<void> {
    await this.#writer.write(async () => {
      await this.#entry(source.collection);
      await this.#catalog.putSource(source);
    });
  }

  async deleteSource(id: string): Promise<number> {
    return this.#writer.write(async () => {
      const source = await this.#catalog.source(id);
      if (source === undefined) return 0;
      const entry = (await this.#entries()).get(source.collection);
      const count = entry === undefined ? 0 : await this.#knowledge(entry).deleteSource(id);
      await this.#catalog.deleteSource(id);
      return count;
    });
  }

  async putDocuments(collection: string, rows: readonly DocumentRows[]): Promise<void> {
    await this.#writer.write(async () => {
      const knowledge = await this.#table(collection);
      if ((await knowledge.put(rows)) > 0) await foldLongTail(this.#parts.database.engine, await knowledge.open());
    });
  }

  async patchDocuments(collection: string, documents: readonly Document[]): Promise<void> {
    await this.#writer.write(async () => {
      await (await this.#table(collection)).patch(documents);
    });
  }

  async deleteDocuments(collection: string, documentIds: readonly string[]): Promise<number> {
    return this.#writer.write(async () => (await this.#table(collection)).delete(documentIds));
  }

  async getDocument(collection: string, documentId: string): Promise<Document | undefined> {
    return (await this.#table(collection)).get(documentId);
  }

  async findDocumentsByUri(collection: string, uri: string): Promise<Document[]> {
    return (await this.#table(collection)).findByUri(uri);
  }

  async listDocuments(collection: string, filter: SearchFilter, page: PageRequest): Promise<Page<DocumentHead>> {
    checkPage(page);
    return (await this.#table(collection)).list(filter, page);
  }

  async knownDocuments(collection: string, sourceId: string): Promise<(KnownDocument & { readonly id: string })[]> {
    return (await this.#table(collection)).known(sourceId);
  }

  async listChunks(collection: string, documentId: string): Promise<Chunk[]> {
    return (await this.#table(collection)).chunks(documentId);
  }

  async getChunks(collection: string, chunkIds: readonly string[]): Promise<Candidate[]> {
    return (await this.#table(collection)).candidates(chunkIds);
  }

  async findVectors(collection: string, embedHashes: readonly string[]): Promise<Map<string, Float32Array>> {
    return (await this.#table(collection)).vectors(embedHashes);
  }

  async searchVector(
    collection: string,
    vector: Float32Array,
    limit: number,
    filter: SearchFilter,
  ): Promise<Candidate[]> {
    const entry = await this.#entry(collection);
    return searchVector(this.#knowledge(entry), { vector, limit, filter }, entry.table.vectorIndex ?? undefined);
  }

  async searchKeyword(collection: string, terms: string, limit: number, filter: SearchFilter): Promise<Candidate[]> {
    const knowledge = await this.#table(collection);
    const query = { terms, limit, filter };
    const { engine } = this.#parts.database;
    try {
      return await searchKeyword(engine, knowledge, query);
    } catch (error) {
      if (!(error instanceof QuarryError) || error.code !== 'STORE_BROKEN' || !(await this.#mendIndexes(knowledge)))
        throw error;
      return searchKeyword(engine, knowledge, query);
    }
  }

  async putJob(job: Job): Promise<void> {
    this.#demandOpen();
    await this.#catalog.putJob(job);
  }

  async getJob(id: string): Promise<Job | undefined> {
    this.#demandOpen();
    return this.#catalog.job(id);
  }

  async listJobs(states: readonly JobState[], page: PageRequest): Promise<Page<Job>> {
    this.#demandOpen();
    checkPage(page);
    return this.#catalog.jobs(states, page);
  }

  async putRecord(kind: string, key: string, value: JsonValue): Promise<void> {
    this.#demandOpen();
    await this.#catalog.records.put({ kind, name: key, label: '', madeAt: '', value });
  }

  async getRecord(kind: string, key: string): Promise<JsonValue | undefined> {
    this.#demandOpen();
    return this.#catalog.records.get(kind, key);
  }

  async listRecords(kind: string): Promise<{ readonly key: string; readonly value: JsonValue }[]> {
    this.#demandOpen();
    return (await this.#catalog.records.list({ kind })).map(({ name, value }) => ({ key: name, value }));
  }

  async deleteRecord(kind: string, key: string): Promise<boolean> {
    this.#demandOpen();
    return this.#catalog.records.delete(kind, key);
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#demandOpen();
    return this.#writer.exclusively(work);
  }

  async maintain(collection: string, report?: Report): Promise<void> {
    await this.#writer.write(async () => {
      const entry = await this.#entry(collection);
      const startMs = Date.now();
      await maintainTable(
        this.#knowledge(entry),
        {
          database: this.#parts.database,
          clock: this.#parts.clock,
          policy: this.#parts.policy,
          syncedMs: this.#syncedMs,
          state: entry.table.vectorIndex ?? undefined,
          remember: async (vectorIndex) => {
            const now = await this.#entry(collection);
            await this.#catalog.putEntry({ ...now, table: { ...now.table, vectorIndex } });
          },
        },
        report,
      );
      this.#syncedMs = startMs;
      await this.#dropOrphans();
      await this.#catalog.compact();
    });
  }

  async recover(): Promise<number> {
    return this.#writer.write(async () => {
      await this.#dropOrphans();
      const entries = await this.#entries();
      for (const source of await this.#catalog.sources()) {
        if (!entries.has(source.collection)) await this.#catalog.deleteSource(source.id);
      }
      let dropped = 0;
      for (const entry of entries.values()) dropped += await this.#knowledge(entry).dropDamaged();
      return dropped;
    });
  }

  async check(): Promise<readonly StoreFinding[]> {
    this.#demandOpen();
    return checkStore({
      ...this.#parts,
      catalog: this.#catalog,
      tables: async () => [...(await this.#entries()).values()].map((entry) => this.#knowledge(entry)),
      orphanTables: () => this.#orphanTables(),
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#writer.idle();
    this.#isClosed = true;
    this.#parts.database.close();
  }

  async #createTable(collection: Collection): Promise<TableEntry> {
    const { dimensions } = collection.fingerprint;
    const table = { name: newTableName(collection.name), dimensions, vectorIndex: null };
    const handle = await new KnowledgeTable(this.#parts.database, collection.name, table).create();
    // Built while empty, so that no row is ever searched without one.
    for (const column of STANDING_INDEXES) await buildIndex(this.#parts.database.engine, handle, column);
    return table;
  }

  /** Rebuilds indexes that cannot be read. False when none is broken or this process may not write. */
  async #mendIndexes(knowledge: KnowledgeTable): Promise<boolean> {
    try {
      const { engine } = this.#parts.database;
      return await this.#writer.write(async () => mendIndexes(engine, await knowledge.open()));
    } catch {
      return false; // the caller throws what made it ask, which says more
    }
  }

  /** Clears away what an interrupted creation, replacement or removal of a collection left. */
  async #dropOrphans(): Promise<void> {
    for (const name of await this.#orphanTables()) await this.#parts.database.dropTable(name);
  }

  async #orphanTables(): Promise<string[]> {
    const used = new Set([...(await this.#entries()).values()].map((entry) => entry.table.name));
    return (await this.#parts.database.tableNames()).filter((name) => name.startsWith(TABLE_PREFIX) && !used.has(name));
  }

  async #entries(): Promise<ReadonlyMap<string, CatalogEntry>> {
    this.#demandOpen();
    return this.#catalog.collections();
  }

  async #entry(name: string): Promise<CatalogEntry> {
    this.#demandOpen();
    return this.#catalog.entry(name);
  }

  async #table(collection: string): Promise<KnowledgeTable> {
    return this.#knowledge(await this.#entry(collection));
  }

  #knowledge({ collection, table }: CatalogEntry): KnowledgeTable {
    const known = this.#tables.get(table.name);
    if (known !== undefined) return known;
    const knowledge = new KnowledgeTable(this.#parts.database, collection.name, table);
    this.#tables.set(table.name, knowledge);
    return knowledge;
  }

  #demandOpen(): void {
    if (!this.#isClosed) return;
    throw new QuarryError('INTERNAL', 'The store has been closed.', { hint: 'Open it again before using it.' });
  }
}

/** @throws QuarryError INPUT_INVALID */
function checkPage({ offset, limit }: PageRequest): void {
  const isValid =
    Number.isInteger(offset) &&
    offset >= 0 &&
    offset < 2 ** 31 &&
    Number.isInteger(limit) &&
    limit >= 1 &&
    limit <= MAX_PAGE;
  if (isValid) return;
  throw new QuarryError('INPUT_INVALID', `A page cannot start at ${offset} and hold ${limit}.`, {
    hint: `Start at 0 or later and ask for 1 to ${MAX_PAGE} items.`,
  });
}
