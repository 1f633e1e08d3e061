import { QuarryError } from '../core/errors.js';
import { isSameSpace } from '../core/same-space.js';
import { EMBED_TEXT_VERSION } from '../core/text/embed-text.js';
import { nearestValue } from '../core/text/nearest-value.js';
import { SEARCH_TEXT_VERSION } from '../core/text/search-text.js';
import type { ChunkSizing, Collection, EmbeddingFingerprint } from '../core/types.js';
import { Absentees } from './ask-each.js';
import type { ServiceContext } from './context.js';

/** The collection that is used when none is named. */
export const DEFAULT_COLLECTION = 'default';
/** How documents are cut unless a collection says otherwise. */
export const DEFAULT_SIZING: ChunkSizing = { maxTokens: 256, minTokens: 48 };

/** Reads of a collection at most while it is embedded anew under the reader's hands. */
const MOST_READS = 3;

/** Ending of the name of a collection that is being built beside the one it will replace; never shown. */
export const SCRATCH_SUFFIX = '.reindex';

/** Collections that callers did not make have a dot in their name, which no caller may use: never listed or searched by default. */
const HIDDEN_MARK = '.';

/** What may be told of a new collection. */
export interface CollectionOptions {
  readonly description?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly minTokens?: number | undefined;
}

/** Name and versions of the rules that make a collection's rows; rows of other rules are made anew by the next sync. */
export function rowRules(context: ServiceContext): string {
  return `${context.chunker.id} embed-text-${EMBED_TEXT_VERSION} search-text-${SEARCH_TEXT_VERSION}`;
}

/** Creates, finds and guards collections. */
export class CollectionService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Every collection but the hidden ones (being built by a reindex, or indexed for a benchmark), by name. */
  async list(): Promise<Collection[]> {
    const all = await this.#context.store.listCollections();
    return all.filter((collection) => !collection.name.includes(HIDDEN_MARK));
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND with the names that exist */
  async get(name: string): Promise<Collection> {
    const collection = await this.#context.store.getCollection(name);
    if (collection !== undefined) return collection;
    const names = (await this.list()).map((known) => known.name);
    const near = nearestValue(name, names);
    throw new QuarryError('COLLECTION_NOT_FOUND', `There is no collection ${JSON.stringify(name)}.`, {
      hint:
        names.length === 0
          ? 'Nothing is indexed yet. Ingest a folder, a site or a repository first.'
          : `${near === undefined ? '' : `Did you mean ${near}? `}Known collections: ${names.slice(0, 20).join(', ')}.`,
      details: { known: names.slice(0, 100) },
    });
  }

  /** All of them, or the named ones in the given order, each once. */
  async select(names: readonly string[]): Promise<Collection[]> {
    if (names.length === 0) return this.list();
    return Promise.all([...new Set(names)].map((name) => this.get(name)));
  }

  /** Collecting what cannot be read: when no collections are named, what is known to be lost is among it. */
  async absentees(names: readonly string[]): Promise<Absentees> {
    const absentees = new Absentees();
    const lost = names.length === 0 ? await this.#context.store.listLost() : [];
    for (const unavailable of lost.filter(({ collection }) => !collection.includes(HIDDEN_MARK)))
      absentees.add(unavailable);
    return absentees;
  }

  /** @throws QuarryError ALREADY_EXISTS */
  async create(name: string, options: CollectionOptions = {}): Promise<Collection> {
    const embedder = await this.#context.embedder();
    const collection: Collection = {
      name,
      description: options.description ?? '',
      fingerprint: embedder.fingerprint,
      sizing: {
        maxTokens: options.maxTokens ?? DEFAULT_SIZING.maxTokens,
        minTokens: options.minTokens ?? DEFAULT_SIZING.minTokens,
      },
      chunker: rowRules(this.#context),
      createdAt: this.#context.clock.now(),
    };
    await this.#context.store.createCollection(collection);
    return this.#inCurrentSpace(collection);
  }

  /** A collection that is new and empty; of the model in use, should that have changed while it was made. */
  async #inCurrentSpace(collection: Collection): Promise<Collection> {
    const { fingerprint } = await this.#context.embedder();
    if (isSameSpace(fingerprint, collection.fingerprint)) return collection;
    const current = { ...collection, fingerprint };
    await this.#context.store.updateCollection(current);
    return current;
  }

  /** The collection, made with defaults when it is absent. */
  async ensure(name: string): Promise<Collection> {
    const known = await this.#context.store.getCollection(name);
    if (known !== undefined) return known;
    try {
      return await this.create(name);
    } catch (error) {
      if (error instanceof QuarryError && error.code === 'ALREADY_EXISTS') return this.get(name); // Another process was faster.
      throw error;
    }
  }

  /**
   * Does a read whose parts must all see the same vector space; once more, with the collections as they then are, when
   * one of them was embedded anew meanwhile.
   */
  async inOneSpace<T>(
    collections: readonly Collection[],
    work: (collections: readonly Collection[]) => Promise<T>,
  ): Promise<T> {
    let current = collections;
    for (let attempt = 1; ; attempt++) {
      const outcome = await work(current).then(
        (value) => ({ isDone: true as const, value }),
        (error: unknown) => ({ isDone: false as const, error }),
      );
      const fresh = attempt < MOST_READS ? await this.#embeddedAnew(current) : undefined;
      if (fresh !== undefined) current = fresh;
      else if (outcome.isDone) return outcome.value;
      else throw outcome.error;
    }
  }

  /**
   * Does a write that embeds; once more when the collection was embedded anew before it was stored. A refused write has
   * stored nothing of another space, and what it stored before is found again.
   */
  async writeInSpace<T>(name: string, work: (collection: Collection) => Promise<T>): Promise<T> {
    const collection = await this.get(name);
    try {
      return await work(collection);
    } catch (error) {
      const isRefused = error instanceof QuarryError && error.code === 'FINGERPRINT_MISMATCH';
      if (!isRefused || (await this.#embeddedAnew([collection])) === undefined) throw error;
      return work(await this.get(name));
    }
  }

  /** The collections as they are now, when one of them is of another vector space than was given. */
  async #embeddedAnew(given: readonly Collection[]): Promise<readonly Collection[] | undefined> {
    const now = await Promise.all(
      // What cannot be looked up was, or will be, told by the read itself.
      given.map(async ({ name }) => this.#context.store.getCollection(name).catch(() => undefined)),
    );
    const isChanged = given.some(
      ({ fingerprint }, at) => !isSameSpace(fingerprint, now[at]?.fingerprint ?? fingerprint),
    );
    return isChanged ? given.map((collection, at) => now[at] ?? collection) : undefined;
  }

  /** @throws QuarryError FINGERPRINT_MISMATCH when the model in use is not the one that the collection was made with */
  async requireSpace(collection: Collection): Promise<void> {
    const { fingerprint } = await this.#context.embedder();
    if (isSameSpace(fingerprint, collection.fingerprint)) return;
    const differing = (Object.keys(fingerprint) as (keyof EmbeddingFingerprint)[]).filter(
      (key) => fingerprint[key] !== collection.fingerprint[key],
    ); // Object.keys of a fingerprint gives its own keys.
    throw new QuarryError(
      'FINGERPRINT_MISMATCH',
      `Collection ${JSON.stringify(collection.name)} was embedded with ${collection.fingerprint.model} (${collection.fingerprint.dtype}); the model in use is ${fingerprint.model} (${fingerprint.dtype}).`,
      {
        hint: `${await this.#wayBack(collection)}, or run \`quarry reindex ${collection.name}\` to embed it with the model in use, or search with mode keyword.`,
        details: { differing, collection: { ...collection.fingerprint }, configured: { ...fingerprint } },
      },
    );
  }

  /** How a collection's own model comes into use: a setting of this process, if there is one, wins over the choice. */
  async #wayBack({ fingerprint }: Collection): Promise<string> {
    if (this.#context.config.model === '') return `Run \`quarry model use\` with ${fingerprint.model}`;
    const choice = await this.#context.store.modelChoice();
    return choice === undefined
      ? 'Set QUARRY_MODEL back'
      : `Unset QUARRY_MODEL, which wins over the model that was chosen for the workspace`;
  }
}
