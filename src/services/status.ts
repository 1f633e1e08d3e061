import type { CollectionStats, StoreFinding, Unavailable } from '../core/ports.js';
import { isSameSpace } from '../core/same-space.js';
import type { Collection, Job, Source } from '../core/types.js';
import { type Absentees, isBroken } from './ask-each.js';
import type { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import type { JobService } from './jobs.js';

/** One collection at a glance. */
export interface CollectionStatus {
  readonly collection: Collection;
  readonly stats: CollectionStats;
  /** Why the collection cannot be read; null when it can. The numbers are 0 then. */
  readonly broken: string | null;
  /** False when the configured model is not the one that the collection was embedded with. */
  readonly isSearchable: boolean;
}

/** The workspace at a glance, computed from the store. */
export interface WorkspaceStatus {
  readonly workspace: string;
  readonly home: string;
  readonly model: string;
  readonly collections: readonly CollectionStatus[];
  readonly sources: readonly Source[];
  /** Queued and running. */
  readonly openJobs: readonly Job[];
  /** What of the workspace cannot be read. */
  readonly unavailable: readonly Unavailable[];
}

const NO_STATS: CollectionStats = {
  documents: 0,
  chunks: 0,
  sources: 0,
  unindexedRows: 0,
  vectorIndex: 'exact',
  vectorRecall: 1,
  bytesOnDisk: 0,
};

async function unlessBroken<T>(what: string, absentees: Absentees, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isBroken(error)) throw error;
    absentees.add({ collection: what, reason: error.message });
    return undefined;
  }
}

/** Tells how a workspace and its machine are. */
export class StatusService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;

  constructor(context: ServiceContext, parts: { collections: CollectionService; jobs: JobService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
  }

  /** What is indexed and what is being done. */
  async status(): Promise<WorkspaceStatus> {
    const absentees = await this.#collections.absentees([]);
    const [collections, sources, jobs, embedder] = await Promise.all([
      this.#collections.list(),
      unlessBroken('the list of sources', absentees, () => this.#context.store.listSources()),
      unlessBroken('the jobs', absentees, () => this.#jobs.list(['queued', 'running'], { offset: 0, limit: 50 })),
      this.#context.embedder(),
    ]);
    const statuses = await Promise.all(
      collections.map(async (collection) => {
        const isSearchable = isSameSpace(collection.fingerprint, embedder.fingerprint);
        const found = await unlessBroken(collection.name, absentees, () =>
          this.#context.store.collectionStats(collection.name),
        );
        const reason = absentees.list().find((absent) => absent.collection === collection.name)?.reason;
        return {
          collection,
          isSearchable,
          stats: found ?? NO_STATS,
          broken: found === undefined ? (reason ?? '') : null,
        };
      }),
    );
    return {
      workspace: this.#context.config.workspace,
      home: this.#context.config.home,
      model: embedder.fingerprint.model,
      collections: statuses,
      sources: sources ?? [],
      openJobs: jobs?.items ?? [],
      unavailable: absentees.list(),
    };
  }

  /** Checks machine, model and store; every finding that is not ok says how to mend it. */
  async doctor(machine: readonly StoreFinding[]): Promise<readonly StoreFinding[]> {
    return [
      ...machine,
      ...(await this.#modelFindings()),
      ...(await this.#context.store.check()),
      ...(await this.#spaceFindings()),
    ];
  }

  async #modelFindings(): Promise<StoreFinding[]> {
    try {
      const embedder = await this.#context.embedder();
      const { model, revision, dtype, dimensions } = embedder.fingerprint;
      const checks = await embedder.selfTest();
      return [
        {
          name: 'model',
          ok: true,
          detail: `${model} (${dtype}, ${dimensions} dimensions, sha256 ${revision.slice(0, 12)})`,
        },
        ...checks.map((check) => ({
          name: `model: ${check.name}`,
          ok: check.ok,
          detail: check.detail,
          ...(check.ok
            ? {}
            : { hint: 'The model files are damaged: install Quarry again, or remove the model from the cache.' }),
        })),
      ];
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const hint =
        error instanceof Error && 'hint' in error && typeof error.hint === 'string'
          ? error.hint
          : 'Unset QUARRY_MODEL, or run `quarry model use bundled`.';
      return [{ name: 'model', ok: false, detail, hint }];
    }
  }

  async #spaceFindings(): Promise<StoreFinding[]> {
    const embedder = await this.#context.embedder().catch(() => undefined); // The model's own finding already tells why.
    if (embedder === undefined) return [];
    const collections = await this.#collections.list();
    return collections
      .filter((collection) => !isSameSpace(collection.fingerprint, embedder.fingerprint))
      .map((collection) => ({
        name: `collection ${collection.name}`,
        ok: false,
        detail: `It was embedded with ${collection.fingerprint.model}, the model in use is ${embedder.fingerprint.model}.`,
        hint: `Run \`quarry model use\` with one of them, or \`quarry reindex ${collection.name}\`; \`quarry model status\` says what decides.`,
      }));
  }
}
