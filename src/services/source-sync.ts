import { isDiskFull, throwIfCancelled, toQuarryError } from '../core/errors.js';
import type { Embedder, KnownDocument, SyncItem } from '../core/ports.js';
import type { Collection, Document, ExtractedDocument, JsonObject, JsonValue, Source } from '../core/types.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter, type WriterTally } from './document-writer.js';
import type { JobHandle } from './jobs.js';
import { LeftOut } from './left-out.js';
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

/** One pass over one source: takes what its adapter streams, writes what changed, removes what is surely gone. */
export class SourceSync {
  readonly #options: SourceSyncOptions;
  readonly #writer: DocumentWriter;
  readonly #known: ReadonlyMap<string, KnownDocument & { readonly id: string }>;
  readonly #seen = new Set<string>();
  readonly #unreadable: string[] = [];
  readonly #patches: Document[] = [];
  /** What the documents that are gathered but not yet stored will count as, in their order. */
  readonly #gathered: ('added' | 'updated')[] = [];
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
    parts: { embedder: Embedder; known: readonly (KnownDocument & { readonly id: string })[] },
  ) {
    this.#options = options;
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
    return new SourceSync(options, { embedder: await context.embedder(), known }).#run();
  }

  async #run(): Promise<JsonObject> {
    const { context, source, handle, full, allowPrivateNetwork } = this.#options;
    const begun = context.clock.elapsedMs();
    const adapter = await context.adapter(source.kind);
    const items = adapter.sync(source, {
      signal: handle.signal,
      report: handle.report,
      known: (uri) => this.#known.get(uri),
      state: full ? null : source.state,
      full,
      allowPrivateNetwork,
    });
    for await (const item of items) {
      throwIfCancelled(handle.signal);
      await this.#take(item);
    }
    await this.#finish();
    const wallMs = context.clock.elapsedMs() - begun;
    return {
      source: source.id,
      uri: source.uri,
      complete: this.#state !== undefined,
      leftOut: this.#leftOut.list(),
      timings: this.#timings(wallMs),
    };
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
    else await this.#takeContent(item.document);
  }

  async #takeContent(document: ExtractedDocument): Promise<void> {
    const { context, source, collection, handle } = this.#options;
    if (document.text.trim() === '') {
      this.#seen.delete(document.uri);
      this.#countSkipped('empty');
      return;
    }
    const known = this.#known.get(document.uri);
    const stored = known === undefined ? undefined : await context.store.getDocument(collection.name, known.id);
    if (stored !== undefined && hasSameContent(stored, document)) {
      handle.count('unchanged');
      if (hasOtherFacts(stored, document)) this.#patches.push({ ...stored, ...document });
      return;
    }
    this.#gathered.push(known === undefined ? 'added' : 'updated');
    await this.#writer.add(source, document);
  }

  /** Counts what is safely stored, and no more: a job that ends early then tells the truth. */
  #countWritten(tally: Readonly<WriterTally>): void {
    const { handle } = this.#options;
    const fresh = this.#gathered.splice(0, tally.documents - this.#counted.documents);
    for (const kind of ['added', 'updated'] as const) {
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
