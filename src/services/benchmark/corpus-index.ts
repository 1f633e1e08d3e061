import type { Suite, SuiteDocument } from '../../core/benchmark/suite.js';
import { throwIfCancelled } from '../../core/errors.js';
import { sha256, sourceId } from '../../core/identity.js';
import { isSameSpace } from '../../core/same-space.js';
import type { ChunkSizing, Collection, EmbeddingFingerprint, JsonValue, Source } from '../../core/types.js';
import { rowRules } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { DocumentWriter } from '../document-writer.js';
import type { JobHandle } from '../jobs.js';

/** Record kind of a finished index of a suite's corpus. */
const INDEX_RECORD = 'benchmark-index';
/** How the names of indexes begin; the dot hides them. */
const PREFIX = 'benchmark.';
/** An index without a record is abandoned after a day: its process was killed, or lost a race. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;
/** Version of how a suite's documents become ours (see toExtracted); a change makes every index anew. */
const CORPUS_RULES = 3;
/** Indexes kept for later runs; the least recently made go first. */
const KEPT_INDEXES = 8;

/** A suite's corpus as an indexed collection. */
export interface CorpusIndex {
  readonly collection: Collection;
  /** sha256 over ids and texts of the corpus. */
  readonly corpusHash: string;
  /** Null when an index from before was used. */
  readonly indexMs: number | null;
}

/** Indexes the corpora of suites into hidden collections, each made once per corpus, model, chunker and sizing. */
export class CorpusIndexer {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** The suite's corpus, indexed by the same writer as everything else. */
  async ensure(suite: Suite, sizing: ChunkSizing, handle: JobHandle): Promise<CorpusIndex> {
    const { store } = this.#context;
    const { hash, count } = await this.#hash(suite, handle);
    const { address, collection } = await this.#describe(hash, sizing);
    const known = await store.getCollection(collectionOf(await store.getRecord(INDEX_RECORD, address)));
    if (known !== undefined) return { collection: known, corpusHash: hash, indexMs: null };
    const begun = this.#context.clock.elapsedMs();
    await store.createCollection(collection);
    try {
      await this.#write(suite, collection, { handle, total: count });
      await store.maintain(collection.name, handle.report);
    } catch (error) {
      await store.dropCollection(collection.name);
      throw error;
    }
    const indexMs = Math.round(this.#context.clock.elapsedMs() - begun);
    const { name } = collection;
    const record = { collection: name, madeAt: collection.createdAt, suite: suite.manifest.name };
    await store.putRecord(INDEX_RECORD, address, record);
    await this.#trim(address);
    return { collection, corpusHash: hash, indexMs };
  }

  /** Drops every index; the next run makes its own again. Resolves to how many there were. */
  async clear(): Promise<number> {
    const records = await this.#context.store.listRecords(INDEX_RECORD);
    for (const record of records) await this.#forget(record);
    await this.#sweep();
    return records.length;
  }

  /** Drops the indexes that were made with another model. */
  async clearOthers(fingerprint: EmbeddingFingerprint): Promise<void> {
    const { store } = this.#context;
    for (const record of await store.listRecords(INDEX_RECORD)) {
      const index = await store.getCollection(collectionOf(record.value));
      if (index === undefined || !isSameSpace(index.fingerprint, fingerprint)) await this.#forget(record);
    }
  }

  /** Forgets the oldest indexes, then drops what no record names. */
  async #trim(current: string): Promise<void> {
    const { store } = this.#context;
    const others = (await store.listRecords(INDEX_RECORD)).filter((record) => record.key !== current);
    others.sort((a, b) => (field(a.value, 'madeAt') < field(b.value, 'madeAt') ? -1 : 1));
    const old = others.slice(0, Math.max(0, others.length + 1 - KEPT_INDEXES));
    for (const record of old) await this.#forget(record);
    await this.#sweep();
  }

  async #forget(record: { readonly key: string; readonly value: JsonValue }): Promise<void> {
    await this.#context.store.deleteRecord(INDEX_RECORD, record.key);
    await this.#context.store.dropCollection(collectionOf(record.value));
  }

  /** Drops collections without a record, but not those that another process may be building right now. */
  async #sweep(): Promise<void> {
    const { store, clock } = this.#context;
    const named = new Set((await store.listRecords(INDEX_RECORD)).map((record) => collectionOf(record.value)));
    const unnamed = (await store.listCollections()).filter(({ name }) => name.startsWith(PREFIX) && !named.has(name));
    for (const { name, createdAt } of unnamed) {
      const isOurs = name.endsWith(this.#mark());
      const isOld = Date.parse(clock.now()) - Date.parse(createdAt) > ABANDONED_MS;
      if (isOurs || isOld) await store.dropCollection(name);
    }
  }

  /** Tells the indexes of this process from those of others. */
  #mark(): string {
    return sha256(this.#context.owner).slice(0, 8);
  }

  async #hash(suite: Suite, handle: JobHandle): Promise<{ hash: string; count: number }> {
    const files = await this.#context.suiteFiles();
    const parts: string[] = [];
    for await (const { id, title, text, format } of files.corpus(suite)) {
      throwIfCancelled(handle.signal);
      parts.push(sha256(JSON.stringify([id, title, text, format])));
    }
    return { hash: sha256(parts.join('\n')), count: parts.length };
  }

  async #describe(corpusHash: string, sizing: ChunkSizing): Promise<{ address: string; collection: Collection }> {
    const embedder = await this.#context.embedder();
    const chunker = rowRules(this.#context);
    const address = sha256(
      JSON.stringify([
        CORPUS_RULES,
        corpusHash,
        Object.entries(embedder.fingerprint).sort(),
        chunker,
        sizing.maxTokens,
        sizing.minTokens,
      ]),
    );
    const createdAt = this.#context.clock.now();
    const part = sha256(JSON.stringify([address, createdAt, this.#context.clock.elapsedMs()])).slice(0, 16);
    const collection = {
      name: `${PREFIX}${part}.${this.#mark()}`,
      description: 'Corpus of a benchmark suite',
      fingerprint: embedder.fingerprint,
      sizing,
      chunker,
      createdAt,
    };
    return { address, collection };
  }

  async #write(suite: Suite, collection: Collection, work: { handle: JobHandle; total: number }): Promise<void> {
    const { handle, total } = work;
    const files = await this.#context.suiteFiles();
    const writer = new DocumentWriter({
      context: this.#context,
      collection,
      embedder: await this.#context.embedder(),
      signal: handle.signal,
    });
    const source = corpusSource(collection);
    let done = 0;
    for await (const document of files.corpus(suite)) {
      throwIfCancelled(handle.signal);
      await writer.add(source, toExtracted(document));
      done += 1;
      handle.report({ stage: 'index', done, total });
    }
    await writer.flush();
  }
}

function field(value: JsonValue | undefined, name: string): string {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const found = isObject ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** Name of the collection that a record speaks of; empty for none. */
function collectionOf(record: JsonValue | undefined): string {
  return field(record, 'collection');
}

/**
 * Documents belong to a source; a suite's own is never listed and never synced. Its id is the same in every index: ties are
 * broken by the ids that follow from it, and one corpus must rank the same wherever and whenever it is indexed.
 */
function corpusSource({ name, createdAt }: Collection): Source {
  const id = sourceId('', 'text', 'corpus');
  return {
    id,
    collection: name,
    kind: 'text',
    uri: 'corpus',
    label: 'corpus',
    options: {},
    state: null,
    createdAt,
    syncedAt: null,
  };
}

/**
 * The id in the suite is the uri, so that hits can be judged without another table. A document that is all title becomes
 * its title's text: without text it would have no chunk to be found by.
 */
function toExtracted(document: SuiteDocument): Parameters<DocumentWriter['add']>[1] {
  const hasText = document.text.trim() !== '';
  return {
    uri: document.id,
    title: hasText ? document.title : '',
    text: hasText ? document.text : document.title,
    format: document.format,
    mediaType: document.format === 'markdown' ? 'text/markdown' : 'text/plain',
    language: '',
    licence: '',
    revision: '',
    modifiedAt: '',
    category: '',
    tags: [],
    status: 'active',
    confidence: 1,
    metadata: {},
  };
}
