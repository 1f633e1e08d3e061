import { QuarryError, throwIfCancelled } from '../core/errors.js';
import type { Collection, Job } from '../core/types.js';
import { type CollectionService, isSameSpace, rowRules, SCRATCH_SUFFIX } from './collections.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';
import type { JobHandle, JobService } from './jobs.js';

const PAGE = 200;

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
    return this.#jobs.start({
      kind: 'reindex',
      subject: name,
      input: { collection: name, ...sizing },
      work: async (handle) => ({
        documents: await this.run({ ...collection, sizing: { ...collection.sizing, ...sizing } }, handle),
      }),
    });
  }

  /**
   * Builds a second collection beside the first and puts it in the first one's place when it is whole: until then
   * searches go on in the old one, and an interruption changes nothing.
   */
  async run(collection: Collection, handle: JobHandle): Promise<number> {
    const { store } = this.#context;
    const embedder = await this.#context.embedder();
    const scratch = `${collection.name}${SCRATCH_SUFFIX}`;
    await store.dropCollection(scratch);
    const target: Collection = {
      ...collection,
      name: scratch,
      fingerprint: embedder.fingerprint,
      chunker: rowRules(this.#context),
    };
    await store.createCollection(target);
    const writer = new DocumentWriter({ context: this.#context, collection: target, embedder, signal: handle.signal });
    const total = await this.#copy({ from: collection.name, target, writer, handle });
    await writer.flush();
    throwIfCancelled(handle.signal);
    await store.maintain(scratch, handle.report);
    const space = await store.getCollection(collection.name);
    if (space === undefined)
      throw new QuarryError(
        'COLLECTION_NOT_FOUND',
        `Collection ${JSON.stringify(collection.name)} was deleted during its reindex.`,
      );
    await store.replaceCollection(collection.name, scratch);
    if (!isSameSpace(space.fingerprint, embedder.fingerprint)) handle.count('reembedded', total);
    return total;
  }

  async #copy(work: { from: string; target: Collection; writer: DocumentWriter; handle: JobHandle }): Promise<number> {
    const { store } = this.#context;
    let offset = 0;
    for (;;) {
      const page = await store.listDocuments(work.from, {}, { offset, limit: PAGE });
      for (const listed of page.items) {
        throwIfCancelled(work.handle.signal);
        const document = await store.getDocument(work.from, listed.id);
        if (document !== undefined) await work.writer.addDocument(document);
        work.handle.report({ stage: 'reindex', done: ++offset, total: page.total });
      }
      if (page.items.length === 0 || offset >= page.total) return offset;
    }
  }
}
