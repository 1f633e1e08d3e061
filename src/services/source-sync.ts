import { isDiskFull, throwIfCancelled, toQuarryError } from '../core/errors.js';
import { readStoredRevision, storedRevision } from '../core/extraction-rules.js';
import { documentId } from '../core/identity.js';
import type { Embedder, KnownDocument, SourceAdapter, SyncContext, SyncItem } from '../core/ports.js';
import type { ReadDocument } from '../core/read-document.js';
import type { Collection, Document, ExtractedDocument, JsonObject, JsonValue, Source } from '../core/types.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter, type WriterTally } from './document-writer.js';
import type { JobHandle } from './jobs.js';
import { LeftOut } from './left-out.js';
import { LossTally } from './loss-tally.js';
import { PageFurniture } from './page-furniture.js';
import { writePatiently } from './patient-write.js';

/** What one sync works on. */
export interface SourceSyncOptions {
  readonly context: ServiceContext;
  readonly source: Source;
  readonly collection: Collection;
  readonly handle: JobHandle;
  /** Read everything again, even what seems unchanged. */
  readonly full: boolean;
  /** Whether git may ask hosts on loopback and private addresses. */
  readonly allowPrivateNetwork: boolean;
}

type DocumentItem = Extract<SyncItem, { type: 'document' | 'unchanged' | 'removed' | 'failed' }>;

/** What a document that was written counts as; one that this sync has written before counts as nothing. */
type Written = 'added' | 'updated' | 'remade' | 'again';

/** One pass over one source: takes what its adapter streams, writes what changed, removes what is surely gone. */
export class SourceSync {
  readonly #options: SourceSyncOptions;
  readonly #writer: DocumentWriter;
  readonly #known: ReadonlyMap<string, KnownDocument & { readonly id: string }>;
  readonly #seen = new Set<string>();
  readonly #unreadable: string[] = [];
  readonly #patches: Document[] = [];
  /** What the documents that are gathered but not yet stored will count as, in their order. */
  readonly #gathered: Written[] = [];
  /** Revisions of the documents that this sync has written. */
  readonly #written = new Map<string, string>();
  readonly #furniture: PageFurniture;
  readonly #losses = new LossTally();
  #counted: WriterTally = { documents: 0, chunks: 0, embedded: 0, reused: 0 };
  readonly #removed: string[] = [];
  readonly #leftOut = new LeftOut();
  #expected = 0;
  #done = 0;
  #indexMs = 0;
  /** The adapter's new state; undefined until the enumeration is complete. */
  #state: JsonValue | undefined;

  private constructor(
    options: SourceSyncOptions,
    parts: {
      embedder: Embedder;
      known: readonly (KnownDocument & { readonly id: string })[];
      furniture: PageFurniture;
    },
  ) {
    this.#options = options;
    this.#furniture = parts.furniture;
    this.#writer = new DocumentWriter({
      context: options.context,
      collection: options.collection,
      embedder: parts.embedder,
      signal: options.handle.signal,
      onWritten: (tally) => this.#countWritten(tally),
      onWait: () => this.#sayWaiting(),
    });
    this.#known = new Map(parts.known.map((document) => [document.uri, document]));
  }

  /** Syncs the source; resolves to what the job tells of it. */
  static async run(options: SourceSyncOptions): Promise<JsonObject> {
    const { context, source, collection } = options;
    const known = await context.store.knownDocuments(collection.name, source.id);
    const furniture = await PageFurniture.load(context.store, source.id);
    return new SourceSync(options, { embedder: await context.embedder(), known, furniture }).#run();
  }

  async #run(): Promise<JsonObject> {
    const { context, source, full } = this.#options;
    const begun = context.clock.elapsedMs();
    const adapter = await context.adapter(source.kind);
    for await (const item of adapter.sync(source, this.#contextOf(full ? null : source.state, full))) {
      throwIfCancelled(this.#options.handle.signal);
      await this.#take(item);
    }
    await this.#settlePages(adapter);
    await this.#finish();
    const wallMs = context.clock.elapsedMs() - begun;
    return {
      source: source.id,
      uri: source.uri,
      complete: this.#state !== undefined,
      leftOut: this.#leftOut.list(),
      losses: this.#losses.toJson(),
      trimmed: this.#furniture.trimmed,
      timings: this.#timings(wallMs),
    };
  }

  #contextOf(state: JsonValue, full: boolean, isStale: (uri: string) => boolean = () => false): SyncContext {
    const { handle, allowPrivateNetwork } = this.#options;
    const known = (uri: string): KnownDocument | undefined => this.#knownOf(uri, isStale(uri));
    return { signal: handle.signal, report: handle.report, known, state, full, allowPrivateNetwork };
  }

  /**
   * What an adapter is told of a stored document. Without its revision the adapter reads it again: one that was read by
   * other rules, and a page of which is not known what its site has of it.
   */
  #knownOf(uri: string, isStale: boolean): KnownDocument | undefined {
    const written = this.#written.get(uri);
    if (written !== undefined) return { uri, contentHash: '', revision: isStale ? '' : written };
    const stored = this.#known.get(uri);
    if (stored === undefined) return undefined;
    const { origin, isCurrent, isFramed } = readStoredRevision(stored.revision);
    const isAsToday = isCurrent && !isStale && (!isFramed || this.#furniture.remembers(uri, stored.contentHash));
    return { uri, contentHash: stored.contentHash, revision: isAsToday ? origin : '' };
  }

  /** Stores the pages that were held back, and those again that are stored otherwise than all pages together tell. */
  async #settlePages(adapter: SourceAdapter): Promise<void> {
    const { source, handle } = this.#options;
    const gone = new Set([...this.#removed, ...this.#vanished()]);
    const isStanding = (uri: string): boolean => {
      const id = this.#known.get(uri)?.id;
      return this.#seen.has(uri) || (id !== undefined && !gone.has(id));
    };
    const { held, stale } = this.#furniture.settle(isStanding);
    for (const document of held) await this.#takeContent(document);
    if (stale.length === 0 || this.#state === undefined) return;
    handle.report({ stage: 'pages', done: 0, total: stale.length });
    const uris = new Set(stale);
    const context = this.#contextOf(this.#state, false, (uri) => uris.has(uri));
    await this.#writer.flush();
    for await (const item of adapter.reread?.(source, uris, context) ?? adapter.sync(source, context)) {
      throwIfCancelled(handle.signal);
      if (item.type !== 'document' || !uris.has(item.document.uri)) continue;
      await this.#takeRead({ ...item, document: await this.#withStoredFacts(item.document) });
    }
  }

  /** A document that is read again without its source being asked keeps what only the source told. */
  async #withStoredFacts(document: ExtractedDocument): Promise<ExtractedDocument> {
    const { context, source, collection } = this.#options;
    const id = documentId(source.id, document.uri);
    const stored = await context.store.getDocument(collection.name, id);
    const isSame = stored !== undefined && readStoredRevision(stored.revision).origin === document.revision;
    return isSame ? { ...document, metadata: stored.metadata, modifiedAt: stored.modifiedAt } : document;
  }

  async #take(item: SyncItem): Promise<void> {
    const { handle, source } = this.#options;
    switch (item.type) {
      case 'expected':
        this.#expected = item.total;
        return;
      case 'complete':
        this.#state = item.state;
        return;
      case 'unreadable':
        this.#unreadable.push(item.prefix);
        handle.issue({
          uri: item.prefix === '' ? source.uri : item.prefix,
          code: item.error.code,
          message: item.error.message,
        });
        return;
      case 'skipped':
        this.#leftOut.add(item);
        this.#countSkipped(item.reason);
        return;
      default:
        await this.#takeDocument(item);
        this.#done += 1;
        handle.report({ stage: 'ingest', done: this.#done, total: Math.max(this.#expected, this.#done) });
    }
  }

  #countSkipped(reason: string): void {
    this.#options.handle.count('skipped');
    this.#options.handle.count(`skipped.${reason}`);
  }

  async #takeDocument(item: DocumentItem): Promise<void> {
    const { handle } = this.#options;
    const uri = item.type === 'document' ? item.document.uri : item.uri;
    if (item.type === 'removed') {
      const known = this.#known.get(uri);
      if (known !== undefined) this.#removed.push(known.id);
      return;
    }
    if (this.#seen.has(uri)) {
      this.#countSkipped('duplicate');
      return;
    }
    this.#seen.add(uri);
    if (item.type === 'failed') {
      handle.count('failed');
      handle.issue({ uri, code: item.error.code, message: item.error.message });
    } else if (item.type === 'unchanged') handle.count('unchanged');
    else await this.#takeRead(item);
  }

  async #takeRead(read: ReadDocument): Promise<void> {
    if (read.document.text.trim() === '') {
      this.#seen.delete(read.document.uri);
      this.#countSkipped('empty');
      return;
    }
    for (const document of this.#furniture.take(read)) {
      await this.#takeContent(document);
    }
  }

  async #takeContent(read: ExtractedDocument): Promise<void> {
    const { context, source, collection, handle } = this.#options;
    const document = { ...read, revision: storedRevision(read.revision, PageFurniture.isPage(read)) };
    this.#losses.add(document);
    const known = this.#known.get(document.uri);
    const isAgain = this.#written.has(document.uri);
    const isSameOrigin = isAgain || isSame(known, read);
    const stored =
      known === undefined || isAgain ? undefined : await context.store.getDocument(collection.name, known.id);
    if (stored !== undefined && hasSameContent(stored, document)) {
      handle.count('unchanged');
      if (isSameOrigin && known !== undefined && !readStoredRevision(known.revision).isCurrent) handle.count('reread');
      if (hasOtherFacts(stored, document)) this.#patches.push({ ...stored, ...document });
      return;
    }
    this.#gathered.push(isAgain ? 'again' : known === undefined ? 'added' : isSameOrigin ? 'remade' : 'updated');
    this.#written.set(document.uri, read.revision);
    await this.#writer.add(source, document);
  }

  /** Counts what is safely stored, and no more: a job that ends early then tells the truth. */
  #countWritten(tally: Readonly<WriterTally>): void {
    const { handle } = this.#options;
    const fresh = this.#gathered.splice(0, tally.documents - this.#counted.documents);
    for (const kind of ['added', 'updated', 'remade'] as const) {
      const number = fresh.filter((other) => other === kind).length;
      if (number > 0) handle.count(kind, number);
    }
    for (const name of ['chunks', 'embedded', 'reused'] as const) {
      if (tally[name] > this.#counted[name]) handle.count(name, tally[name] - this.#counted[name]);
    }
    this.#counted = { ...tally };
  }

  #sayWaiting(): void {
    const total = Math.max(this.#expected, this.#done);
    this.#options.handle.report({ stage: 'waiting for another writer', done: this.#done, total });
  }

  /** A write of this job, which waits for other writers. */
  #patiently<T>(write: () => Promise<T>): Promise<T> {
    return writePatiently(write, { signal: this.#options.handle.signal, onWait: () => this.#sayWaiting() });
  }

  async #finish(): Promise<void> {
    const { context, collection, source, handle } = this.#options;
    const { store, clock } = context;
    await this.#writer.flush();
    throwIfCancelled(handle.signal);
    if (this.#patches.length > 0) await this.#patiently(() => store.patchDocuments(collection.name, this.#patches));
    const gone = [...new Set([...this.#removed, ...this.#vanished()])];
    if (gone.length > 0)
      handle.count('removed', await this.#patiently(() => store.deleteDocuments(collection.name, gone)));
    handle.report({ stage: 'index', done: this.#done, total: this.#done });
    const begun = clock.elapsedMs();
    await this.#patiently(() => store.maintain(collection.name)).catch((error: unknown) => {
      if (!isDiskFull(error)) throw error;
      // What was read is stored and can be searched; the next folding catches up.
      const { code, message } = toQuarryError(error);
      handle.issue({ uri: source.uri, code, message: `The indexes could not be folded. ${message}` });
    });
    this.#indexMs = clock.elapsedMs() - begun;
    const synced = { ...source, state: this.#state ?? source.state, syncedAt: clock.now() };
    await this.#patiently(() => this.#furniture.save());
    await this.#patiently(() => store.putSource(synced));
  }

  /** Known documents that a complete enumeration did not meet, outside every unreadable region. */
  #vanished(): string[] {
    if (this.#state === undefined) return [];
    const isSafe = (uri: string): boolean => !this.#unreadable.some((prefix) => uri.startsWith(prefix));
    return [...this.#known.values()].filter(({ uri }) => !this.#seen.has(uri) && isSafe(uri)).map(({ id }) => id);
  }

  /** Wall time of the sync and of its stages, in milliseconds; stages overlap. */
  #timings(wallMs: number): JsonObject {
    const round = (value: number): number => Math.round(value * 10) / 10;
    const { chunkMs, embedMs, storeMs } = this.#writer.times;
    return {
      wallMs: round(wallMs),
      chunkMs: round(chunkMs),
      embedMs: round(embedMs),
      storeMs: round(storeMs),
      indexMs: round(this.#indexMs),
    };
  }
}

/** Whether the origin says that its document is the one that is stored. */
function isSame(known: KnownDocument | undefined, document: ExtractedDocument): boolean {
  if (known === undefined || document.revision === '') return false;
  return readStoredRevision(known.revision).origin === document.revision;
}

/** Whether the stored chunks and vectors still fit: text, title, format and language decide them. */
function hasSameContent(stored: Document, document: ExtractedDocument): boolean {
  const keys = ['text', 'title', 'format', 'language'] as const;
  return keys.every((key) => stored[key] === document[key]);
}

function hasOtherFacts(stored: Document, document: ExtractedDocument): boolean {
  // Both sides have every key of an extracted document, so comparing by those keys is complete.
  const keys = Object.keys(document) as (keyof ExtractedDocument)[];
  return keys.some((key) => key !== 'text' && JSON.stringify(stored[key]) !== JSON.stringify(document[key]));
}
