import { isDiskFull, QuarryError } from '../core/errors.js';
import type { FilterValues } from '../core/filter-port.js';
import type { KeywordQuery, TermStatistics } from '../core/keyword-port.js';
import type {
  Candidate,
  CollectionStats,
  DocumentRows,
  KnowledgeStore,
  KnownDocument,
  MendOptions,
  MendStep,
  NamedCandidate,
  Page,
  PageRequest,
  Report,
  StoreFinding,
  Unavailable,
} from '../core/ports.js';
import type { Replacement } from '../core/replacement.js';
import type {
  Chunk,
  Collection,
  Document,
  EmbeddingFingerprint,
  Job,
  JobState,
  JsonValue,
  ModelChoice,
  SearchFilter,
  Source,
} from '../core/types.js';
import { Catalog } from './catalog.js';
import { type CollectionRows, CollectionTables } from './collection-tables.js';
import { storeError } from './commit.js';
import type { Database } from './database.js';
import { filterValues } from './filter-values.js';
import type { KeywordPlace } from './keyword-place.js';
import { searchKeyword, searchNames } from './keyword-search.js';
import type { DocumentHead } from './knowledge-rows.js';
import type { KnowledgeTable } from './knowledge-table.js';
import type { WriterLease } from './lease.js';
import { documentCandidates } from './leg-hits.js';
import * as maintenance from './maintenance.js';
import { checkPage, requireSpace } from './preconditions.js';
import type { Presence } from './presence.js';
import { Residents } from './resident/residents.js';
import { termStatistics } from './term-statistics.js';
import type { VectorIndexState, VectorPolicy } from './vector-index.js';
import { searchVector } from './vector-search.js';
import { Writer } from './writer.js';

/** What a store is made of. */
export interface LanceStoreParts {
  readonly database: Database;
  readonly lease: WriterLease;
  readonly presence: Presence;
  readonly policy: VectorPolicy;
  readonly newestFormat: number;
}

/** The {@link KnowledgeStore} over LanceDB. */
export class LanceStore implements KnowledgeStore {
  readonly #parts: LanceStoreParts;
  readonly #catalog: Catalog;
  readonly #tables: CollectionTables;
  readonly #writer: Writer;
  readonly #residents: Residents;
  /** Up to when all files are on the disk, 0 when unknown; file times are the system's, whatever clock the store was given. */
  #syncedMs = 0;
  /** Whether closing drops old versions: after writes, and where somebody has asked for a check. */
  #shouldTidy = false;
  #isClosed = false;

  constructor(parts: LanceStoreParts) {
    this.#parts = parts;
    this.#catalog = new Catalog(parts.database);
    this.#tables = new CollectionTables(parts.database, this.#catalog);
    this.#writer = new Writer(parts.lease);
    this.#residents = new Residents(parts.policy.residentBytes);
  }

  async listCollections(): Promise<Collection[]> {
    return (await this.#open().#tables.all()).map(({ entry }) => entry.collection);
  }

  async getCollection(name: string): Promise<Collection | undefined> {
    const { byName, unreadable, damage } = await this.#open().#catalog.view();
    const isKnown = byName.has(name) || unreadable.has(name) || damage !== undefined;
    return isKnown ? (await this.#catalog.entry(name)).collection : undefined;
  }

  async createCollection(collection: Collection): Promise<void> {
    await this.#write(() => this.#tables.create(collection));
  }

  async updateCollection(collection: Collection): Promise<void> {
    await this.#write(() => this.#tables.update(collection));
  }

  async replaceCollection(name: string, scratch: string): Promise<void> {
    await this.#write(() => this.#tables.replace(name, scratch));
  }

  async adoptModel(choice: ModelChoice, replacements: readonly Replacement[]): Promise<void> {
    await this.#write(() => this.#tables.adopt(choice, replacements));
  }

  async modelChoice(): Promise<ModelChoice | undefined> {
    return (await this.#open().#catalog.view()).choice;
  }

  async dropCollection(name: string): Promise<void> {
    await this.#write(() => this.#tables.drop(name));
  }

  async collectionStats(name: string): Promise<CollectionStats> {
    return this.#open().#tables.read(name, (rows) => this.#tables.stats(rows));
  }

  async listSources(collection?: string): Promise<Source[]> {
    return this.#open().#catalog.sources(collection);
  }

  async getSource(id: string): Promise<Source | undefined> {
    return this.#open().#catalog.source(id);
  }

  async putSource(source: Source): Promise<void> {
    await this.#write(async () => {
      await this.#catalog.entry(source.collection);
      await this.#catalog.putSource(source);
      await this.#tables.describe(source.collection);
    });
  }

  async deleteSource(id: string): Promise<number> {
    return this.#write(async () => {
      const source = await this.#catalog.source(id);
      if (source === undefined) return 0;
      const isKnown = (await this.#catalog.collections()).has(source.collection);
      const count = isKnown ? await (await this.#tables.rows(source.collection)).knowledge.deleteSource(id) : 0;
      await this.#catalog.deleteSource(id);
      if (isKnown) await this.#tables.describe(source.collection, { removed: id });
      return count;
    });
  }

  async putDocuments(collection: string, rows: readonly DocumentRows[], space?: EmbeddingFingerprint): Promise<void> {
    await this.#writeRows(collection, async ({ knowledge, entry }) => {
      if (space !== undefined) requireSpace(entry.collection, space);
      await knowledge.put(rows);
      // The rows are stored; searches scan them until the next folding, which tells what keeps it from being done.
      await maintenance.foldLongTail(this.#parts.database.engine, await knowledge.open()).catch(() => undefined);
    });
  }

  async patchDocuments(collection: string, documents: readonly Document[]): Promise<void> {
    await this.#writeRows(collection, ({ knowledge }) => knowledge.patch(documents));
  }

  async deleteDocuments(collection: string, documentIds: readonly string[]): Promise<number> {
    return this.#writeRows(collection, ({ knowledge }) => knowledge.delete(documentIds));
  }

  async getDocument(collection: string, documentId: string): Promise<Document | undefined> {
    return this.#read(collection, (knowledge) => knowledge.get(documentId));
  }

  async findDocumentsByUri(collection: string, uri: string): Promise<Document[]> {
    return this.#read(collection, (knowledge) => knowledge.findByUri(uri));
  }

  async listDocuments(collection: string, filter: SearchFilter, page: PageRequest): Promise<Page<DocumentHead>> {
    checkPage(page);
    return this.#read(collection, (knowledge) => knowledge.list(filter, page));
  }

  async filterValues(collection: string): Promise<FilterValues> {
    return this.#read(collection, async (knowledge) => filterValues(await knowledge.open()));
  }

  async knownDocuments(collection: string, sourceId: string): Promise<(KnownDocument & { readonly id: string })[]> {
    return this.#read(collection, (knowledge) => knowledge.known(sourceId));
  }

  async listChunks(collection: string, documentId: string): Promise<Chunk[]> {
    return this.#read(collection, (knowledge) => knowledge.chunks(documentId));
  }

  async listCandidates(collection: string, documentId: string): Promise<Candidate[]> {
    return this.#read(collection, (knowledge) => documentCandidates(this.#place(knowledge), documentId));
  }

  async getChunks(collection: string, chunkIds: readonly string[]): Promise<Candidate[]> {
    return this.#read(collection, (knowledge) => knowledge.candidates(chunkIds));
  }

  async findVectors(collection: string, embedHashes: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.#read(collection, (knowledge) => knowledge.vectors(embedHashes));
  }

  async searchVector(
    collection: string,
    vector: Float32Array,
    limit: number,
    filter: SearchFilter,
  ): Promise<Candidate[]> {
    return this.#open().#tables.read(collection, ({ knowledge, entry }) => {
      const query = { vector, limit, filter, index: entry.table.vectorIndex ?? undefined };
      return this.#residents.background.search(() => searchVector(this.#residents, knowledge, query));
    });
  }

  async searchKeyword(
    collection: string,
    words: KeywordQuery,
    limit: number,
    filter: SearchFilter,
  ): Promise<Candidate[]> {
    return this.#mending(collection, (knowledge) => searchKeyword(this.#place(knowledge), { words, limit, filter }));
  }

  async searchNames(
    collection: string,
    nameTerms: readonly string[],
    limit: number,
    filter: SearchFilter,
  ): Promise<NamedCandidate[]> {
    return this.#mending(collection, (knowledge) => searchNames(this.#place(knowledge), { nameTerms, limit, filter }));
  }

  async termStatistics(collection: string, terms: readonly string[]): Promise<TermStatistics> {
    return this.#mending(collection, (knowledge) => termStatistics(this.#place(knowledge), terms));
  }

  async putJob(job: Job): Promise<void> {
    await this.#open().#catalog.putJob(job);
  }

  async getJob(id: string): Promise<Job | undefined> {
    return this.#open().#catalog.job(id);
  }

  async listJobs(states: readonly JobState[], page: PageRequest): Promise<Page<Job>> {
    checkPage(page);
    return this.#open().#catalog.jobs(states, page);
  }

  async putRecord(kind: string, key: string, value: JsonValue): Promise<void> {
    await this.#open().#catalog.records.put({ kind, name: key, label: '', madeAt: '', value });
  }

  async getRecord(kind: string, key: string): Promise<JsonValue | undefined> {
    return this.#open().#catalog.records.get(kind, key);
  }

  async listRecords(kind: string): Promise<{ readonly key: string; readonly value: JsonValue }[]> {
    return (await this.#open().#catalog.records.list({ kind })).map(({ name, value }) => ({ key: name, value }));
  }

  async deleteRecord(kind: string, key: string): Promise<boolean> {
    return this.#open().#catalog.records.delete(kind, key);
  }

  readonly recordsVersion = (): Promise<number> => this.#open().#catalog.records.version();

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#open().#writer.exclusively(work);
  }

  async maintain(collection: string, report?: Report): Promise<void> {
    await this.#writeRows(collection, async ({ knowledge, entry }) => {
      const startMs = Date.now();
      const state = entry.table.vectorIndex ?? undefined;
      const remember = async (vectorIndex: VectorIndexState | null) => {
        const now = await this.#catalog.entry(collection);
        await this.#catalog.putEntry({ ...now, table: { ...now.table, vectorIndex } });
      };
      await maintenance.maintainTable(knowledge, { ...this.#parts, state, syncedMs: this.#syncedMs, remember }, report);
      this.#syncedMs = startMs;
      await this.#tables.describe(collection);
      await this.#tables.clearLeftovers();
      await this.#catalog.compact(0);
    });
  }

  async recover(): Promise<number> {
    return this.#write(async () => {
      for (const { entry } of await this.#tables.all()) await this.#tables.describe(entry.collection.name);
      await this.#tables.clearLeftovers();
      return 0;
    });
  }

  async listLost(): Promise<readonly Unavailable[]> {
    return this.#open().#tables.lost();
  }

  async mend(options: MendOptions): Promise<readonly MendStep[]> {
    const { mendStore } = await import('./mending/mend-store.js');
    const mend = () => mendStore({ ...this.#parts, catalog: this.#catalog, tables: this.#tables, options });
    return options.act ? this.#write(mend) : this.#open() && mend();
  }

  async check(): Promise<readonly StoreFinding[]> {
    const { checkStore } = await import('./check.js');
    const findings = await checkStore({ ...this.#parts, catalog: this.#open().#catalog, tables: this.#tables });
    this.#shouldTidy = true;
    return findings;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#writer.idle();
    // While others have the database open, the last of them does it; where it fails, the next job does.
    if (this.#shouldTidy) await this.tidy().catch(() => undefined);
    await this.#catalog.idle();
    this.#isClosed = true;
    this.#parts.database.close();
    await this.#parts.presence.leave();
  }

  /**
   * Drops old versions where there are more than a few, while nobody else has the database open, who might have to wait
   * for it. A store that stays open does this now and then: what others have left could not go while it looked on.
   */
  async tidy(): Promise<void> {
    const { database, presence } = this.#open().#parts;
    if (!(await presence.isAlone()) || !(await maintenance.someHaveOldVersions(database))) return;
    await this.#writer.write(async () => {
      for (const { knowledge } of await this.#tables.all()) await maintenance.dropOldVersions(database, knowledge);
      await this.#catalog.compact(maintenance.OLD_VERSIONS);
    });
  }

  /** A read of the keyword index, done again once its broken indexes have been built anew. */
  async #mending<T>(collection: string, work: (knowledge: KnowledgeTable) => Promise<T>): Promise<T> {
    try {
      return await this.#read(collection, work);
    } catch (error) {
      if (!(error instanceof QuarryError) || error.code !== 'STORE_BROKEN') throw error;
      // Another read may have mended them meanwhile, so it is tried again either way.
      await this.#mendIndexes(collection);
      return this.#read(collection, work);
    }
  }

  /** Rebuilds indexes that cannot be read, where this process may write. */
  async #mendIndexes(collection: string): Promise<void> {
    const { engine } = this.#parts.database;
    try {
      await this.#write(async () => {
        const { knowledge } = await this.#tables.rows(collection);
        await maintenance.mendIndexes(engine, await knowledge.open());
      });
    } catch {
      // What then fails again says more.
    }
  }

  #place(knowledge: KnowledgeTable): KeywordPlace {
    return { engine: this.#parts.database.engine, residents: this.#residents, knowledge };
  }

  #read<T>(collection: string, work: (knowledge: KnowledgeTable) => Promise<T>): Promise<T> {
    const { background } = this.#residents;
    return this.#open().#tables.read(collection, ({ knowledge }) => background.search(() => work(knowledge)));
  }

  /** A write of a collection's rows, which what is kept in memory of them begins to follow. */
  #writeRows<T>(collection: string, work: (rows: CollectionRows) => Promise<T>): Promise<T> {
    return this.#write(async () => {
      const rows = await this.#tables.rows(collection);
      try {
        return await work(rows);
      } finally {
        void this.#residents.keepUp(rows.knowledge);
      }
    });
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    this.#shouldTidy = true;
    try {
      return await this.#open().#writer.write(work);
    } catch (error) {
      throw isDiskFull(error) ? storeError(error) : error; // some steps speak LanceDB's words
    }
  }

  /** This store. @throws QuarryError INTERNAL after it has been closed */
  #open(): this {
    if (!this.#isClosed) return this;
    throw new QuarryError('INTERNAL', 'The store has been closed.', { hint: 'Open it again before using it.' });
  }
}
