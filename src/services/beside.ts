import { QuarryError, throwIfCancelled } from '../core/errors.js';
import type { Embedder } from '../core/ports.js';
import type { Replacement } from '../core/replacement.js';
import { isSameSpace } from '../core/same-space.js';
import type { Collection } from '../core/types.js';
import { rowRules, SCRATCH_SUFFIX } from './collections.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';
import type { JobHandle } from './jobs.js';
import { writePatiently } from './patient-write.js';

const PAGE = 200;

/** What is to be built beside a collection. */
export interface BesideOptions {
  readonly context: ServiceContext;
  /** The collection, with the sizing that it shall have. */
  readonly collection: Collection;
  readonly embedder: Embedder;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
  /** Hears how many documents are done, of how many. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * A collection cut and embedded anew from its stored texts, beside the one whose place it will take: until then searches
 * go on in the old one, and an interruption changes nothing. What an interrupted build of the same kind left is gone on with.
 */
export class Beside {
  readonly #options: BesideOptions;
  readonly #target: Collection;
  readonly #writer: DocumentWriter;
  /** What takes whose place. */
  readonly replacement: Replacement;
  /** Documents that it has been given. */
  documents = 0;

  private constructor(options: BesideOptions, target: Collection) {
    const { context, collection, embedder, handle } = options;
    this.#options = options;
    this.#target = target;
    this.replacement = { name: collection.name, scratch: target.name };
    const onWait = (): void => sayWaiting(handle);
    this.#writer = new DocumentWriter({ context, collection: target, embedder, signal: handle.signal, onWait });
  }

  /** An empty one, or what an interrupted build left. */
  static async start(options: BesideOptions): Promise<Beside> {
    const { context, collection, embedder } = options;
    const target: Collection = {
      ...collection,
      name: `${collection.name}${SCRATCH_SUFFIX}`,
      fingerprint: embedder.fingerprint,
      chunker: rowRules(context),
    };
    const left = await context.store.getCollection(target.name);
    if (left === undefined || !isSameMaking(left, target)) {
      await context.store.dropCollection(target.name);
      await context.store.createCollection(target);
    }
    return new Beside(options, target);
  }

  /** Makes it whole, but for what is written meanwhile. */
  async build(): Promise<void> {
    const { context, handle } = this.#options;
    await this.#copy();
    throwIfCancelled(handle.signal);
    const maintain = (): Promise<void> => context.store.maintain(this.#target.name, handle.report);
    await writePatiently(maintain, { signal: handle.signal, onWait: () => sayWaiting(handle) });
  }

  /** Drops it, if it is still what was built here. */
  async discard(): Promise<void> {
    if (await this.#isOurs()) await this.#options.context.store.dropCollection(this.#target.name);
  }

  async #isOurs(): Promise<boolean> {
    const now = await this.#options.context.store.getCollection(this.#target.name);
    return now !== undefined && isSameMaking(now, this.#target);
  }

  /**
   * While nobody else writes: brings over what changed since it was copied.
   * @throws QuarryError STORE_LOCKED when another process builds something else in its place
   */
  async catchUp(): Promise<void> {
    const { store } = this.#options.context;
    const { name, scratch } = this.replacement;
    if (!(await this.#isOurs())) {
      throw new QuarryError('STORE_LOCKED', `Another process embeds ${JSON.stringify(name)} anew at the same time.`, {
        hint: 'Do it again when that is done.',
      });
    }
    const current = await this.#heads(name);
    const copied = await this.#heads(scratch);
    for (const [id, head] of current) if (copied.get(id) !== head) await this.#take(id);
    await this.#writer.flush();
    const gone = [...copied.keys()].filter((id) => !current.has(id));
    if (gone.length > 0) await store.deleteDocuments(scratch, gone);
  }

  async #copy(): Promise<void> {
    const { context, handle, onProgress } = this.#options;
    const made = await this.#heads(this.replacement.scratch);
    for (;;) {
      const page = { offset: this.documents, limit: PAGE };
      const { items, total } = await context.store.listDocuments(this.replacement.name, {}, page);
      for (const listed of items) {
        throwIfCancelled(handle.signal);
        if (made.get(listed.id) !== headOf(listed)) await this.#take(listed.id);
        this.documents += 1;
        onProgress(this.documents, total);
      }
      if (items.length === 0 || this.documents >= total) break;
    }
    await this.#writer.flush();
  }

  async #take(id: string): Promise<void> {
    const document = await this.#options.context.store.getDocument(this.replacement.name, id);
    if (document !== undefined) await this.#writer.addDocument(document);
  }

  /** Everything known of each document but its text and its chunks, as text that can be compared. */
  async #heads(name: string): Promise<Map<string, string>> {
    const heads = new Map<string, string>();
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#options.context.store.listDocuments(name, {}, { offset, limit: PAGE });
      for (const listed of page.items) heads.set(listed.id, headOf(listed));
      if (page.items.length < PAGE) return heads;
    }
  }
}

function sayWaiting({ report }: BesideOptions['handle']): void {
  report({ stage: 'waiting for another writer', done: 0, total: 0 });
}

function headOf(listed: { readonly chunkCount: number; readonly collection: string }): string {
  const { chunkCount: _chunks, collection: _name, ...head } = listed;
  return JSON.stringify(head);
}

/** Whether rows of the one are those that the other would get. */
function isSameMaking(left: Collection, target: Collection): boolean {
  const { maxTokens, minTokens } = target.sizing;
  return (
    isSameSpace(left.fingerprint, target.fingerprint) &&
    left.chunker === target.chunker &&
    left.sizing.maxTokens === maxTokens &&
    left.sizing.minTokens === minTokens
  );
}
