import type { QuarryError } from './errors.js';
import type { FilterValues } from './filter-port.js';
import type { KeywordQuery, TermStatistics } from './keyword-port.js';
import type { ReadDocument } from './read-document.js';
import type { Replacement } from './replacement.js';
import type {
  Chunk,
  ChunkSizing,
  ChunkSpan,
  Collection,
  Document,
  EmbeddingFingerprint,
  ExtractedDocument,
  Job,
  JobState,
  JsonObject,
  JsonValue,
  ModelChoice,
  Progress,
  SearchFilter,
  Source,
  SourceKind,
} from './types.js';
import type { WatchListener } from './watch-listener.js';

/** Tells the time; the only clock that services may read. */
export interface Clock {
  /** ISO 8601, UTC, milliseconds. */
  now(): string;
  /** Monotonic milliseconds. */
  elapsedMs(): number;
}

/** Receives progress of long work. */
export type Report = (progress: Progress) => void;

// ---------------------------------------------------------------- sources

/** A source as its adapter understands it. */
export interface SourceSpec {
  readonly kind: SourceKind;
  /** Canonical address; the same place always gives the same uri. */
  readonly uri: string;
  readonly label: string;
  /** Complete options with defaults filled in; stored with the source. */
  readonly options: JsonObject;
}

/** What the store knows of one document of the source being synced. */
export interface KnownDocument {
  readonly uri: string;
  readonly contentHash: string;
  readonly revision: string;
}

/** What an adapter is given for a sync. */
export interface SyncContext {
  readonly signal: AbortSignal;
  readonly report: Report;
  /** What the store holds of this uri; undefined when new. */
  known(uri: string): KnownDocument | undefined;
  /** What the adapter reported as `state` at the end of the last successful sync; null the first time. */
  readonly state: JsonValue;
  /** True when unchanged documents must be read again (the chunking or the embedder has changed). */
  readonly full: boolean;
  /** Whether git may ask hosts on loopback and private addresses for this source. */
  readonly allowPrivateNetwork: boolean;
}

/** Why something was passed over without being an error. */
export type SkipReason =
  | 'ignored'
  | 'hidden'
  | 'binary'
  | 'too-large'
  | 'unsupported'
  | 'empty'
  | 'symlink'
  | 'robots'
  | 'duplicate'
  | 'out-of-scope'
  /** Linked, but not there (404, 410), and never stored. */
  | 'missing'
  | 'limit';

/** What an adapter streams during a sync. */
export type SyncItem =
  | ({ readonly type: 'document' } & ReadDocument)
  /** Seen, and equal to what the store holds. */
  | { readonly type: 'unchanged'; readonly uri: string }
  /** Known to be gone (404, 410, deleted in git). */
  | { readonly type: 'removed'; readonly uri: string }
  /** `rule` names one of our own that nobody asked for: `folders named dist`. */
  | { readonly type: 'skipped'; readonly uri: string; readonly reason: SkipReason; readonly rule?: string | undefined }
  /** Could not be read this time; what the store holds of it stays. */
  | { readonly type: 'failed'; readonly uri: string; readonly error: QuarryError }
  /** Nothing whose uri starts with `prefix` may be pruned in this sync. An empty prefix covers the whole source. */
  | { readonly type: 'unreadable'; readonly prefix: string; readonly error: QuarryError }
  /** Best guess of how many documents there will be. */
  | { readonly type: 'expected'; readonly total: number }
  /** Last item of a whole enumeration: what is known, was not seen, and is not unreadable is gone. */
  | { readonly type: 'complete'; readonly state: JsonValue };

/** For whom a target is resolved. */
export interface ResolveContext {
  /** Whether the caller may look at a path. What may not be looked at is taken as absent, so that nobody learns of it. */
  mayRead(path: string): Promise<boolean>;
  /** Whether git remotes may name loopback and private addresses. */
  readonly allowPrivateNetwork: boolean;
}

/** One kind of source. */
export interface SourceAdapter {
  readonly kind: SourceKind;
  /**
   * Understands what the user typed. `options` come from the caller unchecked. Without a context, everything on this
   * machine may be named.
   * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND (`details.path` tells where nothing was), URL_BLOCKED
   */
  resolve(target: string, options: JsonObject, context?: ResolveContext): Promise<SourceSpec>;
  /** Absolute paths on this disk that the source itself names; none for what is read over the network. */
  namedPaths(spec: SourceSpec): readonly string[];
  /**
   * Absolute paths of all on this disk that a sync would open as things are now, apart from what lies below them; links on
   * the way are followed. What `mayRead` refuses is listed, and looked into no further.
   */
  openedPaths(spec: SourceSpec, mayRead: ResolveContext['mayRead']): Promise<readonly string[]>;
  /** Streams what the source holds. Throws only when nothing at all can be read. */
  sync(spec: SourceSpec, context: SyncContext): AsyncIterable<SyncItem>;
  /** Reads texts and titles again that the sync just ended, which reported `state`, has met. Absent: a second sync does it. */
  reread?(spec: SourceSpec, uris: ReadonlySet<string>, context: SyncContext): AsyncIterable<SyncItem>;
  /** Drops what is kept of a source besides its documents. */
  forget?(spec: SourceSpec): Promise<void>;
  /** Tells of changes, debounced; resolves when `signal` fires, and not before. Only where watching is possible. */
  watch?(spec: SourceSpec, listener: WatchListener, signal: AbortSignal): Promise<void>;
}

// ---------------------------------------------------------------- chunk and embed

/** Counts tokens as the embedder does, without special tokens. */
export type CountTokens = (text: string) => number;

/** Cuts documents. */
export interface Chunker {
  /** Name and version; a change means that collections must be re-chunked. */
  readonly id: string;
  chunk(
    document: Pick<ExtractedDocument, 'text' | 'format' | 'language' | 'title'>,
    sizing: ChunkSizing,
    countTokens: CountTokens,
  ): Promise<ChunkSpan[]>;
}

/** Makes vectors. */
export interface Embedder {
  readonly fingerprint: EmbeddingFingerprint;
  /** Longest input in tokens; longer text is cut by the embedder. */
  readonly maxTokens: number;
  readonly countTokens: CountTokens;
  /**
   * One L2-normalised vector of `fingerprint.dimensions` numbers per text, in order.
   * @throws QuarryError EMBEDDING_FAILED, CANCELLED
   */
  embed(texts: readonly string[], kind: 'query' | 'document', signal?: AbortSignal): Promise<Float32Array[]>;
  /** Checks norm, dimension and a known pair; resolves to one line per check. */
  selfTest(): Promise<readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[]>;
  close(): Promise<void>;
}

/** Scores passages against a query with a cross-encoder. */
export interface Reranker {
  readonly model: string;
  /** One relevance score in 0..1 (sigmoid of the logit) per passage, in order. */
  rerank(query: string, passages: readonly string[], signal?: AbortSignal): Promise<number[]>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- store
/** A chunk as it is written. */
export interface ChunkRow extends Chunk {
  /** What BM25 indexes: see core/text/search-text. */
  readonly searchText: string;
  readonly vector: Float32Array;
}

/** A document with all its chunks; stored whole or not at all. */
export interface DocumentRows {
  readonly document: Document;
  readonly chunks: readonly ChunkRow[];
}

/** A chunk that a retriever nominates. */
export interface Candidate {
  readonly chunk: Chunk;
  readonly document: Omit<Document, 'text'>;
  /** Unit vector of the chunk. */
  readonly vector: Float32Array;
  /** Cosine similarity -1..1 from the vector leg, else null. */
  readonly similarity: number | null;
  /** The engine's BM25 score, above 0, from the keyword leg, else null. */
  readonly bm25: number | null;
  /** What BM25 indexes for the chunk: see core/text/search-text. */
  readonly searchText: string;
}

/** The first chunk of a document that was found by its name. */
export interface NamedCandidate {
  readonly candidate: Candidate;
  /** All name terms of the document. */
  readonly nameTerms: ReadonlySet<string>;
}

/** One page of a list, in a stable order. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Number of matching items, pages aside. */
  readonly total: number;
}

/** Where a page starts and how long it is. */
export interface PageRequest {
  /** 0 or more. */
  readonly offset: number;
  /** 1..1000. */
  readonly limit: number;
}

/** What a collection holds, computed from the store. */
export interface CollectionStats {
  readonly documents: number;
  readonly chunks: number;
  readonly sources: number;
  /** Rows not yet folded into the keyword index. */
  readonly unindexedRows: number;
  /** `exact` (brute force) or the name of the vector index in use. */
  readonly vectorIndex: string;
  /** Recall@10 of the vector index against exact search when it was built; 1 for `exact`. */
  readonly vectorRecall: number;
  readonly bytesOnDisk: number;
}

/** A finding of {@link KnowledgeStore.check}. */
export interface StoreFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do when not ok. */
  readonly hint?: string;
}

/** Something of the store that cannot be read, named instead of failing what can. */
export interface Unavailable {
  /** The collection, or what else it is: a table of rows that no collection owns, the list of sources. */
  readonly collection: string;
  readonly reason: string;
}

/** A document that mending cannot keep. */
export interface LostDocument {
  readonly id: string;
  readonly uri: string;
  readonly sourceId: string;
}

/** What mending one damaged thing does, or would do. */
export interface MendStep {
  /** For instance `collection docs`, `sources`, `format`. */
  readonly what: string;
  /** What is wrong with it. */
  readonly damage: string;
  /** What mending does about it. */
  readonly action: string;
  /** Documents, notes included, that are kept. */
  readonly documents: number;
  readonly notes: number;
  /** Of them, those whose passages are made anew from the stored text. */
  readonly remade: number;
  /** Documents that are known to be lost; those of a source come back with the next sync. */
  readonly lost: readonly LostDocument[];
  /** Rows that cannot be read and of which nothing else is known. */
  readonly lostRows: number;
  /** Folder, inside the database, that keeps the damaged files; empty when nothing has to be moved. */
  readonly aside: string;
}

/** How a store is mended. */
export interface MendOptions {
  /** False: only say what would be done; no file changes. */
  readonly act: boolean;
  /** The time, ISO 8601, for records that are written anew. */
  readonly now: string;
  /** Cuts and embeds documents anew from their texts; undefined when this process cannot do it for the collection. */
  remake(collection: Collection, documents: readonly Document[]): Promise<readonly DocumentRows[] | undefined>;
  readonly report?: Report;
}

/** One workspace's database. All writes pass one queue; readers never wait. */
export interface KnowledgeStore {
  listCollections(): Promise<Collection[]>;
  getCollection(name: string): Promise<Collection | undefined>;
  /** @throws QuarryError ALREADY_EXISTS */
  createCollection(collection: Collection): Promise<void>;
  /** Replaces the record (fingerprint, sizing, chunker); rows are not touched. */
  updateCollection(collection: Collection): Promise<void>;
  /** Puts the rows and the record of `scratch` in the place of `name` in one step; `scratch` is gone afterwards, the sources of `name` stay. */
  replaceCollection(name: string, scratch: string): Promise<void>;
  /**
   * Makes a model the workspace's own and puts collections that were embedded with it in the places of others, each as
   * {@link replaceCollection} does, all in one commit: every process has the old model with the old rows, or the new one with the new.
   */
  adoptModel(choice: ModelChoice, replacements: readonly Replacement[]): Promise<void>;
  /** The model that was chosen for the workspace; undefined when none was. Cheap, and never older than the last commit. */
  modelChoice(): Promise<ModelChoice | undefined>;
  /** Drops the collection with its sources and rows; nothing happens when it is absent. */
  dropCollection(name: string): Promise<void>;
  collectionStats(name: string): Promise<CollectionStats>;

  listSources(collection?: string): Promise<Source[]>;
  getSource(id: string): Promise<Source | undefined>;
  putSource(source: Source): Promise<void>;
  /** Removes the source with all its documents and chunks; resolves to the number of documents removed. */
  deleteSource(id: string): Promise<number>;

  /**
   * Adds or replaces documents, each whole. Refuses vectors of the wrong length or with non-finite numbers.
   * @param space what made the vectors; when the collection is of another space by now, nothing is written
   * @throws QuarryError FINGERPRINT_MISMATCH
   */
  putDocuments(collection: string, rows: readonly DocumentRows[], space?: EmbeddingFingerprint): Promise<void>;
  /** Changes fields that need no new chunks (revision, metadata, licence, tags, status, ...) on documents and their chunks. */
  patchDocuments(collection: string, documents: readonly Document[]): Promise<void>;
  /** Resolves to how many existed. */
  deleteDocuments(collection: string, documentIds: readonly string[]): Promise<number>;
  getDocument(collection: string, documentId: string): Promise<Document | undefined>;
  findDocumentsByUri(collection: string, uri: string): Promise<Document[]>;
  /** Ordered by uri, then id. Texts are left out. */
  listDocuments(collection: string, filter: SearchFilter, page: PageRequest): Promise<Page<Omit<Document, 'text'>>>;
  /** What the documents of a collection hold of all that a filter can name; of the first 50,000 where there are more. */
  filterValues(collection: string): Promise<FilterValues>;
  /** What is known of every document of a source. */
  knownDocuments(collection: string, sourceId: string): Promise<(KnownDocument & { readonly id: string })[]>;
  /** Chunks of a document by ordinal. */
  listChunks(collection: string, documentId: string): Promise<Chunk[]>;
  /** The same as candidates without leg scores. */
  listCandidates(collection: string, documentId: string): Promise<Candidate[]>;
  /** Candidates (without leg scores) for chunk ids that exist; unknown ids are left out. */
  getChunks(collection: string, chunkIds: readonly string[]): Promise<Candidate[]>;
  /** Vectors already stored for these embed hashes. */
  findVectors(collection: string, embedHashes: readonly string[]): Promise<Map<string, Float32Array>>;

  /** Nearest chunks by cosine, best first. `limit` 1..1000. */
  searchVector(collection: string, vector: Float32Array, limit: number, filter: SearchFilter): Promise<Candidate[]>;
  /** Best chunks by BM25, best first. */
  searchKeyword(collection: string, query: KeywordQuery, limit: number, filter: SearchFilter): Promise<Candidate[]>;
  /** First chunks of documents that are called by any of the given name terms (core/text/names), best first. */
  searchNames(
    collection: string,
    nameTerms: readonly string[],
    limit: number,
    filter: SearchFilter,
  ): Promise<NamedCandidate[]>;
  /** How common the terms are, whatever filter a search has; very common ones within some per cent. */
  termStatistics(collection: string, terms: readonly string[]): Promise<TermStatistics>;

  putJob(job: Job): Promise<void>;
  getJob(id: string): Promise<Job | undefined>;
  /** Newest first. */
  listJobs(states: readonly JobState[], page: PageRequest): Promise<Page<Job>>;

  /** Small JSON records of other rooms (benchmark runs, datasets), by kind and key. */
  putRecord(kind: string, key: string, value: JsonValue): Promise<void>;
  getRecord(kind: string, key: string): Promise<JsonValue | undefined>;
  /** Ordered by key. */
  listRecords(kind: string): Promise<{ readonly key: string; readonly value: JsonValue }[]>;
  deleteRecord(kind: string, key: string): Promise<boolean>;
  /** A number that changes with every write of any record by any process. Cheap. */
  recordsVersion(): Promise<number>;

  /** Runs `work` as the only writer of this database across processes. Re-entrant. @throws QuarryError STORE_LOCKED */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Folds new rows into the indexes, builds or rebuilds the vector index where it pays, drops old versions, syncs files to disk. */
  maintain(collection: string, report?: Report): Promise<void>;
  /** Removes what an interrupted write left behind; resolves to the number of documents dropped (a sync brings them back). */
  recover(): Promise<number>;
  /** Collections and tables that are known to be there and cannot be named or found by the catalogue. Cheap. */
  listLost(): Promise<readonly Unavailable[]>;
  check(): Promise<readonly StoreFinding[]>;
  /**
   * Mends what is damaged: salvages what can be read into new tables, keeps the damaged files aside, takes up tables
   * that no collection owns, writes lost records again. Can be repeated after a crash at any moment.
   * @throws QuarryError STORE_LOCKED
   */
  mend(options: MendOptions): Promise<readonly MendStep[]>;
  close(): Promise<void>;
}
