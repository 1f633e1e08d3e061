import { QuarryError } from '../core/errors.js';
import type { Embedder } from '../core/ports.js';
import { isSameSpace } from '../core/same-space.js';
import type { Collection, Job } from '../core/types.js';
import { Beside } from './beside.js';
import { type CollectionService, SCRATCH_SUFFIX } from './collections.js';
import type { ServiceContext } from './context.js';
import type { JobHandle, JobService } from './jobs.js';
import { requireNoModelJob } from './models/model-job.js';

/** How long what a killed build left is kept to go on with. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Cuts and embeds a collection anew from its stored texts, without reading any source. */
export class ReindexService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;

  constructor(context: ServiceContext, parts: { collections: CollectionService; jobs: JobService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
  }

  /** Starts a job. `sizing` changes how documents are cut from now on. */
  async start(name: string, sizing: Partial<Collection['sizing']> = {}): Promise<Job> {
    const collection = await this.#collections.get(name);
    await requireNoModelJob(this.#jobs);
    return this.#jobs.start({
      kind: 'reindex',
      subject: name,
      input: { collection: name, ...sizing },
      work: async (handle) => ({
        documents: await this.run({ ...collection, sizing: { ...collection.sizing, ...sizing } }, handle),
      }),
    });
  }

  /** Builds the collection anew beside itself, and puts that in its place when it is whole. */
  async run(collection: Collection, handle: JobHandle): Promise<number> {
    const { store } = this.#context;
    const embedder = await this.#context.embedder();
    const onProgress = (done: number, total: number): void => handle.report({ stage: 'reindex', done, total });
    const beside = await Beside.start({ context: this.#context, collection, embedder, handle, onProgress });
    await beside.build();
    await store.exclusively(async () => {
      await this.#requireUnchanged(collection.name, embedder);
      await beside.catchUp();
      await store.replaceCollection(beside.replacement.name, beside.replacement.scratch);
    });
    if (!isSameSpace(collection.fingerprint, embedder.fingerprint)) handle.count('reembedded', beside.documents);
    return beside.documents;
  }

  /** Drops what builds left that were killed more than a day ago; until then the same command goes on with it. */
  async clearAbandoned(): Promise<void> {
    const { store, clock } = this.#context;
    const left = (await store.listCollections()).filter(({ name }) => name.endsWith(SCRATCH_SUFFIX));
    if (left.length === 0) return;
    const open = await this.#jobs.list(['queued', 'running'], { offset: 0, limit: 1 });
    const killed = await this.#jobs.list(['interrupted'], { offset: 0, limit: 1 });
    const last = Date.parse(killed.items[0]?.finishedAt ?? '');
    if (open.total > 0 || Date.parse(clock.now()) - last < ABANDONED_MS) return;
    for (const { name } of left) await store.dropCollection(name);
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND, FINGERPRINT_MISMATCH when what was built has lost its place */
  async #requireUnchanged(name: string, embedder: Embedder): Promise<void> {
    if ((await this.#context.store.getCollection(name)) === undefined) {
      throw new QuarryError(
        'COLLECTION_NOT_FOUND',
        `Collection ${JSON.stringify(name)} was deleted during its reindex.`,
        {
          hint: 'Ingest its sources again if it should come back.',
        },
      );
    }
    const { fingerprint } = await this.#context.embedder();
    if (isSameSpace(fingerprint, embedder.fingerprint)) return;
    throw new QuarryError(
      'FINGERPRINT_MISMATCH',
      `The workspace changed to the model ${fingerprint.model} meanwhile.`,
      {
        hint: 'Reindex again if you still want to: it is done with the new model then.',
      },
    );
  }
}
