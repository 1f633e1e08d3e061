import { QuarryError, throwIfCancelled } from '../core/errors.js';
import type { Collection, Job } from '../core/types.js';
import { type CollectionService, isSameSpace, rowRules, SCRATCH_SUFFIX } from './collections.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';
import type { JobHandle, JobService } from './jobs.js';

const PAGE = 200;

interface CopyWork {
  readonly from: string;
  readonly target: Collection;
  readonly writer: DocumentWriter;
  readonly handle: JobHandle;
}

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
    const onWait = (): void => handle.report({ stage: 'waiting for another writer', done: 0, total: 0 });
    const writer = new DocumentWriter({
      context: this.#context,
      collection: target,
      embedder,
      signal: handle.signal,
      onWait,
    });
    const work = { from: collection.name, target, writer, handle };
    const total = await this.#copy(work);
    await writer.flush();
    throwIfCancelled(handle.signal);
    await store.maintain(scratch, handle.report);
    await store.exclusively(() => this.#replace(work));
    if (!isSameSpace(collection.fingerprint, embedder.fingerprint)) handle.count('reembedded', total);
    return total;
  }

  /** While nobody else writes: brings over what changed since it was copied, then puts the new collection in place. */
  async #replace({ from, target, writer }: CopyWork): Promise<void> {
    const { store } = this.#context;
    if ((await store.getCollection(from)) === undefined) {
      throw new QuarryError(
        'COLLECTION_NOT_FOUND',
        `Collection ${JSON.stringify(from)} was deleted during its reindex.`,
        {
          hint: 'Ingest its sources again if it should come back.',
        },
      );
    }
    const current = await this.#heads(from);
    const copied = await this.#heads(target.name);
    for (const [id, head] of current) {
      if (copied.get(id) === head) continue;
      const document = await store.getDocument(from, id);
      if (document !== undefined) await writer.addDocument(document);
    }
    await writer.flush();
    await store.deleteDocuments(
      target.name,
      [...copied.keys()].filter((id) => !current.has(id)),
    );
    await store.replaceCollection(from, target.name);
  }

  /** Everything known of each document but its text and its chunks, as text that can be compared. */
  async #heads(name: string): Promise<Map<string, string>> {
    const heads = new Map<string, string>();
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#context.store.listDocuments(name, {}, { offset, limit: PAGE });
      for (const { chunkCount: _chunks, collection: _name, ...head } of page.items)
        heads.set(head.id, JSON.stringify(head));
      if (page.items.length < PAGE) return heads;
    }
  }

  async #copy(work: CopyWork): Promise<number> {
    const { store } = this.#context;
    let offset = 0;
    for (;;) {
      const page = await store.listDocuments(work.from, {}, { offset, limit: PAGE });
      for (const listed of page.items) {
        throwIfCancelled(work.handle.signal);
        const document = await store.getDocument(work.from, listed.id);
        if (document !== undefined) await work.writer.enqueueDocument(document);
        work.handle.report({ stage: 'reindex', done: ++offset, total: page.total });
      }
      if (page.items.length === 0 || offset >= page.total) return offset;
    }
  }
}
