import { sha256 } from '../../core/identity.js';
import type { Embedder } from '../../core/ports.js';
import type { Collection } from '../../core/types.js';
import { rowRules } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { DocumentWriter } from '../document-writer.js';
import type { JobHandle } from '../jobs.js';
import type { OtherModel } from './learner.js';

const PAGE = 200;

/**
 * A model that is not in use, with copies of collections embedded by it, so that it is searched as the product would search.
 * Copies are hidden, keep the documents' ids, and are dropped with the model; those of a killed process are built anew by
 * the run that goes on, and else swept like indexes of benchmarks.
 */
export class AdaptedModel implements OtherModel {
  readonly embedder: Embedder;
  readonly #context: ServiceContext;
  readonly #name: string;
  readonly #handle: Pick<JobHandle, 'signal' | 'report'>;
  readonly #copies = new Map<string, Collection>();

  /** @param about.name tells copies of several models apart; the same for a run that goes on */
  constructor(
    context: ServiceContext,
    about: {
      readonly name: string;
      readonly embedder: Embedder;
      readonly handle: Pick<JobHandle, 'signal' | 'report'>;
    },
  ) {
    this.#context = context;
    this.#name = about.name;
    this.embedder = about.embedder;
    this.#handle = about.handle;
  }

  async copiesOf(collections: readonly Collection[]): Promise<Collection[]> {
    const copies: Collection[] = [];
    for (const collection of collections) {
      const copy = this.#copies.get(collection.name) ?? (await this.#build(collection));
      this.#copies.set(collection.name, copy);
      copies.push(copy);
    }
    return copies;
  }

  /** Drops the copies and closes the model. */
  async discard(): Promise<void> {
    for (const { name } of this.#copies.values()) await this.#context.store.dropCollection(name);
    await this.embedder.close();
  }

  async #build(collection: Collection): Promise<Collection> {
    const { store, clock } = this.#context;
    const copy: Collection = {
      ...collection,
      name: `benchmark.${this.#name}.${sha256(collection.name).slice(0, 12)}`,
      fingerprint: this.embedder.fingerprint,
      chunker: rowRules(this.#context),
      createdAt: clock.now(),
    };
    await store.dropCollection(copy.name);
    await store.createCollection(copy);
    // Known before it is whole, so that an interruption drops it.
    this.#copies.set(collection.name, copy);
    await this.#fill(collection, copy);
    await store.maintain(copy.name, this.#handle.report);
    return copy;
  }

  async #fill(collection: Collection, copy: Collection): Promise<void> {
    const { signal, report } = this.#handle;
    const { store } = this.#context;
    const onWait = (): void => report({ stage: 'waiting for another writer', done: 0, total: 0 });
    const parts = { context: this.#context, embedder: this.embedder, signal, onWait };
    const writer = new DocumentWriter({ ...parts, collection: copy });
    for (let offset = 0; ; ) {
      const { items, total } = await store.listDocuments(collection.name, {}, { offset, limit: PAGE });
      for (const { id } of items) {
        const document = await store.getDocument(collection.name, id);
        if (document !== undefined) await writer.addDocument(document);
        offset += 1;
        report({ stage: 'embed', done: offset, total, message: collection.name });
      }
      if (items.length === 0 || offset >= total) break;
    }
    await writer.flush();
  }
}
