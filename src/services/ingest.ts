import { QuarryError, throwIfCancelled, toQuarryError } from '../core/errors.js';
import { sourceId } from '../core/identity.js';
import { LOCAL_REACH, type Reach } from '../core/reach.js';
import type { Collection, Job, JsonObject, JsonValue, Source, SourceKind } from '../core/types.js';
import { SourceAccess } from './access/source-access.js';
import { type CollectionService, DEFAULT_COLLECTION, rowRules } from './collections.js';
import type { ServiceContext } from './context.js';
import { sourceByName } from './filters/resolve-filter.js';
import { foldWhereItCan } from './fold.js';
import { forgetSources } from './forget-sources.js';
import { isFinished, type JobHandle, type JobService } from './jobs.js';
import type { ReindexService } from './reindex.js';
import { SourceSync, type SourceSyncOptions } from './source-sync.js';

/** What to ingest. */
export interface IngestRequest {
  /** Folder, file, glob, URL, `owner/repo` or git address. */
  readonly target: string;
  readonly kind?: SourceKind | undefined;
  readonly collection?: string | undefined;
  /** Options of the source's adapter. */
  readonly options?: JsonObject | undefined;
}

/** Who follows a watched source. */
export interface WatchFollower {
  onJob(job: Job): void;
  /** The watched place went away, or is there again and will be synced. */
  onPresence?(source: Source, isThere: boolean): void;
}

/** How sources are synced: whether all is read again, and what the caller may touch. */
interface SyncManner {
  readonly full: boolean;
  readonly reach: Reach;
}

/** Brings documents in: adds sources, syncs them, keeps counts. */
export class IngestService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;
  readonly #reindex: ReindexService;
  readonly #access: SourceAccess;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; jobs: JobService; reindex: ReindexService },
  ) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
    this.#reindex = parts.reindex;
    this.#access = new SourceAccess(context);
  }

  /**
   * Adds the source (or finds it, when it was added before) and starts a job that syncs it.
   * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND, PATH_UNREADABLE, URL_BLOCKED, FINGERPRINT_MISMATCH
   */
  async ingest(request: IngestRequest, reach: Reach): Promise<{ source: Source; job: Job }> {
    const spec = await this.#access.resolve(request, reach);
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
      label: spec.label === '' ? spec.uri : spec.label,
      options: spec.options,
      state: isSame ? known.state : null,
      createdAt: known?.createdAt ?? this.#context.clock.now(),
      syncedAt: known?.syncedAt ?? null,
      // Whoever repeats what is known changes nothing; other options from elsewhere are read with the reach of elsewhere.
      addedBy: reach.side === 'remote' && isSame ? known.addedBy : reach.side,
    };
    await this.#context.store.putSource(source);
    try {
      return { source, job: await this.#start('ingest', [source], { full: false, reach }) };
    } catch (error) {
      // Refused as a whole: a new source without a job would be a promise that nobody keeps.
      if (known === undefined) await this.#context.store.deleteSource(id).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Starts one job that syncs the given sources, or all of them.
   * @throws QuarryError SOURCE_NOT_FOUND
   */
  async sync(ids: readonly string[], options: { readonly full?: boolean; readonly reach: Reach }): Promise<Job> {
    const all = await this.#context.store.listSources();
    const chosen = ids.length === 0 ? all : ids.map((id) => findSource(all, id, this.#context.folder));
    const sources = chosen.filter((source) => source.kind !== 'text');
    if (sources.length === 0) {
      throw new QuarryError('SOURCE_NOT_FOUND', 'There is nothing to sync.', {
        hint: 'Ingest a folder, a site or a repository first; notes need no sync.',
      });
    }
    return this.#start('sync', sources, { full: options.full === true, reach: options.reach });
  }

  /** Tells of a new sync job after every change of the source, until the signal fires; for callers on this machine. */
  async watch(id: string, follower: WatchFollower, signal: AbortSignal): Promise<void> {
    const source = findSource(await this.#context.store.listSources(), id, this.#context.folder);
    const adapter = await this.#context.adapter(source.kind);
    if (adapter.watch === undefined) {
      throw new QuarryError('INPUT_INVALID', `Sources of kind ${source.kind} cannot be watched.`, {
        hint: 'Only files can be watched; sync other sources when you want news.',
      });
    }
    let last = '';
    const onChange = (): void =>
      void this.sync([source.id], { reach: LOCAL_REACH }).then(
        (job) => {
          if (job.id !== last) follower.onJob(job); // Changes in quick succession share one job.
          last = job.id;
        },
        (error: unknown) => this.#context.log('error', 'A watched sync could not start.', { error }),
      );
    const onPresence = (isThere: boolean): void => follower.onPresence?.(source, isThere);
    await adapter.watch(source, { onChange, onPresence }, signal);
  }

  /** A source by its id, its label or any spelling of its address. @throws QuarryError SOURCE_NOT_FOUND */
  async findSource(idOrUri: string): Promise<Source> {
    return findSource(await this.#context.store.listSources(), idOrUri, this.#context.folder);
  }

  /**
   * Removes a source with all it brought, ending the jobs that sync it; resolves to the number of documents.
   * @throws QuarryError STORE_LOCKED when such a job does not end
   */
  async removeSource(source: Source): Promise<number> {
    await this.#endJobsOf(source);
    const removed = await this.#context.store.deleteSource(source.id);
    await forgetSources(this.#context, [source]);
    await foldWhereItCan(this.#context, source.collection);
    return removed;
  }

  /** A job that went on would bring back what is being removed. */
  async #endJobsOf(source: Source): Promise<void> {
    const open = await this.#jobs.list(['queued', 'running'], { offset: 0, limit: 1000 });
    for (const { id, input } of open.items) {
      if (!Array.isArray(input['sources']) || !input['sources'].includes(source.id)) continue;
      if (isFinished(await this.#jobs.cancel(id))) continue;
      throw new QuarryError('STORE_LOCKED', `Job ${id} is still syncing ${source.uri}.`, {
        hint: 'It was asked to stop. Remove the source once it has.',
      });
    }
  }

  /**
   * Starts a job, or joins the one that waits in this process and will read the same sources: it has yet to look at
   * them, so it sees what this request wants seen. One that runs may have passed that place already.
   */
  #start(kind: string, sources: readonly Source[], { full, reach }: SyncManner): Promise<Job> {
    return this.#jobs.startOrJoin(
      {
        kind,
        subject: sources.length === 1 ? (sources[0]?.label ?? '') : `${sources.length} sources`,
        input: { sources: sources.map((source) => source.id), full, side: reach.side },
        work: (handle) => this.#syncAll(sources, handle, reach),
      },
      joinSyncs,
    );
  }

  /** Syncs one source after the other; one that fails does not keep the others from being synced. */
  async #syncAll(sources: readonly Source[], handle: JobHandle, reach: Reach): Promise<JsonObject> {
    const results: JsonObject[] = [];
    const errors: QuarryError[] = [];
    for (const source of sources) {
      try {
        const full = isFull(handle.input, source.id);
        results.push(await this.#syncSource(source, handle, { full, reach }));
      } catch (error) {
        throwIfCancelled(handle.signal);
        const known = toQuarryError(error);
        if (sources.length === 1) throw await this.#forgetIfEmpty(source, known);
        errors.push(known);
        handle.issue({ uri: source.uri, code: known.code, message: known.message });
      }
    }
    const [first] = errors;
    if (first === undefined) return { sources: results };
    throw new QuarryError(first.code, `${errors.length} of ${sources.length} sources could not be synced.`, {
      hint: 'The others are up to date. The issues of this job say what was wrong with each.',
    });
  }

  /** A new source of which nothing at all could be read is not kept: it was a wrong address. Gives back the error. */
  async #forgetIfEmpty(source: Source, error: QuarryError): Promise<QuarryError> {
    const { store } = this.#context;
    const known = source.syncedAt === null ? await store.knownDocuments(source.collection, source.id) : undefined;
    if (known?.length === 0) await store.deleteSource(source.id);
    return error;
  }

  async #syncSource(listed: Source, handle: JobHandle, { full, reach }: SyncManner): Promise<JsonObject> {
    const source = (await this.#context.store.getSource(listed.id)) ?? listed;
    const { privateNetwork } = await this.#access.require(source, reach);
    const options = { context: this.#context, source, handle, full, allowPrivateNetwork: privateNetwork };
    return this.#collections.writeInSpace(source.collection, (collection) => this.#syncInto(collection, options));
  }

  async #syncInto(collection: Collection, options: Omit<SourceSyncOptions, 'collection'>): Promise<JsonObject> {
    await this.#collections.requireSpace(collection);
    if (collection.chunker !== rowRules(this.#context)) await this.#reindex.run(collection, options.handle);
    return SourceSync.run({ ...options, collection: await this.#collections.get(collection.name) });
  }
}

/** The input of a waiting sync that shall do what another one asks as well; undefined when it does not read its sources. */
function joinSyncs(waiting: JsonObject, asked: JsonObject): JsonObject | undefined {
  // Each caller's job reads what that caller may read.
  if (waiting['side'] !== asked['side']) return undefined;
  const ids = idsIn(asked['sources']);
  if (ids.length === 0 || !ids.every((id) => idsIn(waiting['sources']).includes(id))) return undefined;
  const missing = ids.filter((id) => isFull(asked, id) && !isFull(waiting, id));
  if (missing.length === 0) return waiting;
  return { ...waiting, fullSources: [...idsIn(waiting['fullSources']), ...missing] };
}

function isFull(input: JsonObject, source: string): boolean {
  return input['full'] === true || idsIn(input['fullSources']).includes(source);
}

function idsIn(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

function findSource(sources: readonly Source[], typed: string, folder: string): Source {
  const found = sourceByName(sources, typed, folder);
  if (found !== undefined) return found;
  throw new QuarryError('SOURCE_NOT_FOUND', `There is no source ${JSON.stringify(typed)}.`, {
    hint: 'List the sources to see their ids.',
  });
}
