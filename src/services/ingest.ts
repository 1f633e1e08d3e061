import { QuarryError, throwIfCancelled } from '../core/errors.js';
import { sourceId } from '../core/identity.js';
import type { KnownDocument, SyncItem } from '../core/ports.js';
import type {
  Collection,
  Document,
  ExtractedDocument,
  Job,
  JsonObject,
  JsonValue,
  Source,
  SourceKind,
} from '../core/types.js';
import { type CollectionService, DEFAULT_COLLECTION } from './collections.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';
import type { JobHandle, JobService } from './jobs.js';
import type { ReindexService } from './reindex.js';
import { detectSourceKind } from './source-kind.js';

/** What to ingest. */
export interface IngestRequest {
  /** Folder, file, glob, URL, `owner/repo` or git address. */
  readonly target: string;
  readonly kind?: SourceKind | undefined;
  readonly collection?: string | undefined;
  /** Options of the source's adapter. */
  readonly options?: JsonObject | undefined;
}

/** Counts of one sync, by name. */
type Tally = Record<string, number>;

interface SyncRun {
  readonly source: Source;
  readonly collection: Collection;
  readonly handle: JobHandle;
  readonly writer: DocumentWriter;
  readonly known: Map<string, KnownDocument & { readonly id: string }>;
  readonly seen: Set<string>;
  readonly unreadable: string[];
  readonly patches: Document[];
  readonly removed: string[];
  expected: number;
  done: number;
  /** Time that folding into the indexes took. */
  indexMs: number;
  /** The adapter's new state; undefined until the enumeration is complete. */
  state: JsonValue | undefined;
}

/** Brings documents in: adds sources, syncs them, keeps counts. */
export class IngestService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;
  readonly #reindex: ReindexService;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; jobs: JobService; reindex: ReindexService },
  ) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
    this.#reindex = parts.reindex;
  }

  /**
   * Adds the source (or finds it, when it was added before) and starts a job that syncs it.
   * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND, URL_BLOCKED, FINGERPRINT_MISMATCH
   */
  async ingest(request: IngestRequest): Promise<{ source: Source; job: Job }> {
    const kind = request.kind ?? (await detectSourceKind(request.target));
    const adapter = await this.#context.adapter(kind);
    const spec = await adapter.resolve(request.target, request.options ?? {});
    const collection = await this.#collections.ensure(request.collection ?? DEFAULT_COLLECTION);
    await this.#collections.requireSpace(collection);
    const id = sourceId(collection.name, spec.kind, spec.uri);
    const known = await this.#context.store.getSource(id);
    const isSame = known !== undefined && JSON.stringify(known.options) === JSON.stringify(spec.options);
    const source: Source = {
      id,
      collection: collection.name,
      kind: spec.kind,
      uri: spec.uri,
      label: spec.label,
      options: spec.options,
      state: isSame ? known.state : null,
      createdAt: known?.createdAt ?? this.#context.clock.now(),
      syncedAt: known?.syncedAt ?? null,
    };
    await this.#context.store.putSource(source);
    return { source, job: await this.#start('ingest', [source]) };
  }

  /**
   * Starts one job that syncs the given sources, or all of them.
   * @throws QuarryError SOURCE_NOT_FOUND
   */
  async sync(ids: readonly string[], options: { full?: boolean } = {}): Promise<Job> {
    const all = await this.#context.store.listSources();
    const chosen = ids.length === 0 ? all : ids.map((id) => findSource(all, id));
    const sources = chosen.filter((source) => source.kind !== 'text');
    if (sources.length === 0) {
      throw new QuarryError('SOURCE_NOT_FOUND', 'There is nothing to sync.', {
        hint: 'Ingest a folder, a site or a repository first; notes need no sync.',
      });
    }
    return this.#start('sync', sources, options.full === true);
  }

  /** Calls `onJob` with a new sync job after every change of the source, until the signal fires. */
  async watch(id: string, onJob: (job: Job) => void, signal: AbortSignal): Promise<void> {
    const source = findSource(await this.#context.store.listSources(), id);
    const adapter = await this.#context.adapter(source.kind);
    if (adapter.watch === undefined) {
      throw new QuarryError('INPUT_INVALID', `Sources of kind ${source.kind} cannot be watched.`, {
        hint: 'Only files can be watched; sync other sources when you want news.',
      });
    }
    const onChange = (): void =>
      void this.sync([source.id]).then(onJob, (error: unknown) =>
        this.#context.log('error', 'A watched sync could not start.', { error }),
      );
    await adapter.watch(source, onChange, signal);
  }

  /** A source by its id, uri or label. @throws QuarryError SOURCE_NOT_FOUND */
  async findSource(idOrUri: string): Promise<Source> {
    return findSource(await this.#context.store.listSources(), idOrUri);
  }

  /** Removes a source with all it brought; resolves to the number of documents. */
  async removeSource(source: Source): Promise<number> {
    const removed = await this.#context.store.deleteSource(source.id);
    await this.#context.store.maintain(source.collection);
    return removed;
  }

  #start(kind: string, sources: readonly Source[], full = false): Promise<Job> {
    return this.#jobs.start({
      kind,
      subject: sources.length === 1 ? (sources[0]?.label ?? '') : `${sources.length} sources`,
      input: { sources: sources.map((source) => source.id), full },
      work: async (handle) => {
        const results: JsonObject[] = [];
        for (const source of sources) results.push(await this.#syncSource(source, handle, full));
        return { sources: results };
      },
    });
  }

  async #syncSource(listed: Source, handle: JobHandle, full: boolean): Promise<JsonObject> {
    const source = (await this.#context.store.getSource(listed.id)) ?? listed;
    const collection = await this.#collections.get(source.collection);
    await this.#collections.requireSpace(collection);
    if (collection.chunker !== this.#context.chunker.id) await this.#reindex.run(collection, handle);
    const begun = this.#context.clock.elapsedMs();
    const run = await this.#openRun(source, await this.#collections.get(source.collection), handle);
    const adapter = await this.#context.adapter(source.kind);
    const context = {
      signal: handle.signal,
      report: handle.report,
      known: (uri: string) => run.known.get(uri),
      state: full ? null : source.state,
      full,
    };
    for await (const item of adapter.sync(source, context)) {
      throwIfCancelled(handle.signal);
      await this.#take(run, item);
    }
    await this.#finish(run);
    const wallMs = this.#context.clock.elapsedMs() - begun;
    return {
      source: source.id,
      uri: source.uri,
      complete: run.state !== undefined,
      timings: timings(run, wallMs),
    };
  }

  async #openRun(source: Source, collection: Collection, handle: JobHandle): Promise<SyncRun> {
    const known = await this.#context.store.knownDocuments(collection.name, source.id);
    const report = (stored: number): void =>
      handle.report({
        stage: 'ingest',
        done: run.done,
        total: Math.max(run.expected, run.done),
        message: `${stored} stored`,
      });
    const writer = new DocumentWriter({
      context: this.#context,
      collection,
      embedder: await this.#context.embedder(),
      signal: handle.signal,
      onWritten: (tally) => report(tally.documents),
    });
    const run: SyncRun = {
      source,
      collection,
      handle,
      writer,
      known: new Map(known.map((document) => [document.uri, document])),
      seen: new Set(),
      unreadable: [],
      patches: [],
      removed: [],
      expected: 0,
      done: 0,
      indexMs: 0,
      state: undefined,
    };
    return run;
  }

  async #take(run: SyncRun, item: SyncItem): Promise<void> {
    switch (item.type) {
      case 'expected':
        run.expected = item.total;
        return;
      case 'complete':
        run.state = item.state;
        return;
      case 'unreadable':
        run.unreadable.push(item.prefix);
        run.handle.issue({
          uri: item.prefix === '' ? run.source.uri : item.prefix,
          code: item.error.code,
          message: item.error.message,
        });
        return;
      case 'skipped':
        run.handle.count('skipped');
        run.handle.count(`skipped.${item.reason}`);
        return;
      default:
        await this.#takeDocument(run, item);
        run.done += 1;
        run.handle.report({ stage: 'ingest', done: run.done, total: Math.max(run.expected, run.done) });
    }
  }

  async #takeDocument(
    run: SyncRun,
    item: Extract<SyncItem, { type: 'document' | 'unchanged' | 'removed' | 'failed' }>,
  ): Promise<void> {
    const uri = item.type === 'document' ? item.document.uri : item.uri;
    if (item.type === 'removed') {
      const known = run.known.get(uri);
      if (known !== undefined) run.removed.push(known.id);
      return;
    }
    if (item.type === 'failed') {
      run.seen.add(uri);
      run.handle.count('failed');
      run.handle.issue({ uri, code: item.error.code, message: item.error.message });
      return;
    }
    if (run.seen.has(uri)) {
      run.handle.count('skipped');
      run.handle.count('skipped.duplicate');
      return;
    }
    run.seen.add(uri);
    if (item.type === 'unchanged') run.handle.count('unchanged');
    else await this.#takeContent(run, item.document);
  }

  async #takeContent(run: SyncRun, document: ExtractedDocument): Promise<void> {
    if (document.text.trim() === '') {
      run.seen.delete(document.uri);
      run.handle.count('skipped');
      run.handle.count('skipped.empty');
      return;
    }
    const known = run.known.get(document.uri);
    if (known === undefined) {
      run.handle.count('added');
      await run.writer.add(run.source, document);
      return;
    }
    const stored = await this.#context.store.getDocument(run.collection.name, known.id);
    if (stored !== undefined && hasSameContent(stored, document)) {
      run.handle.count('unchanged');
      if (hasOtherFacts(stored, document)) run.patches.push({ ...stored, ...document });
      return;
    }
    run.handle.count('updated');
    await run.writer.add(run.source, document);
  }

  async #finish(run: SyncRun): Promise<void> {
    const { store } = this.#context;
    const { handle, collection, source } = run;
    await run.writer.flush();
    throwIfCancelled(handle.signal);
    if (run.patches.length > 0) await store.patchDocuments(collection.name, run.patches);
    const gone = [...new Set([...run.removed, ...vanished(run)])];
    if (gone.length > 0) handle.count('removed', await store.deleteDocuments(collection.name, gone));
    for (const [name, value] of Object.entries(written(run.writer))) if (value > 0) handle.count(name, value);
    handle.report({ stage: 'index', done: run.done, total: run.done });
    const begun = this.#context.clock.elapsedMs();
    await store.maintain(collection.name, handle.report);
    run.indexMs = this.#context.clock.elapsedMs() - begun;
    await store.putSource({
      ...source,
      state: run.state === undefined ? source.state : run.state,
      syncedAt: this.#context.clock.now(),
    });
  }
}

/** Known documents that a complete enumeration did not meet, outside every unreadable region. */
function vanished(run: SyncRun): string[] {
  if (run.state === undefined) return [];
  const isSafe = (uri: string): boolean => !run.unreadable.some((prefix) => uri.startsWith(prefix));
  return [...run.known.values()].filter(({ uri }) => !run.seen.has(uri) && isSafe(uri)).map(({ id }) => id);
}

/** Whether the stored chunks and vectors still fit: text, title and format decide them. */
function hasSameContent(stored: Document, document: ExtractedDocument): boolean {
  return (
    stored.text === document.text &&
    stored.title === document.title &&
    stored.format === document.format &&
    stored.language === document.language
  );
}

function hasOtherFacts(stored: Document, document: ExtractedDocument): boolean {
  // Both sides have every key of an extracted document, so comparing by those keys is complete.
  const keys = Object.keys(document) as (keyof ExtractedDocument)[];
  return keys.some((key) => key !== 'text' && JSON.stringify(stored[key]) !== JSON.stringify(document[key]));
}

function findSource(sources: readonly Source[], idOrUri: string): Source {
  const found = sources.find((source) => source.id === idOrUri || source.uri === idOrUri || source.label === idOrUri);
  if (found !== undefined) return found;
  throw new QuarryError('SOURCE_NOT_FOUND', `There is no source ${JSON.stringify(idOrUri)}.`, {
    hint: 'List the sources to see their ids.',
  });
}

function written(writer: DocumentWriter): Tally {
  const { chunks, embedded, reused } = writer.tally;
  return { chunks, embedded, reused };
}

/** Wall time of a sync and of its stages, in milliseconds; stages overlap. */
function timings({ writer, indexMs }: SyncRun, wallMs: number): JsonObject {
  const round = (value: number): number => Math.round(value * 10) / 10;
  const { chunkMs, embedMs, storeMs } = writer.times;
  return {
    wallMs: round(wallMs),
    chunkMs: round(chunkMs),
    embedMs: round(embedMs),
    storeMs: round(storeMs),
    indexMs: round(indexMs),
  };
}
