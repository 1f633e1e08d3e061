import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { sidesOf } from '../../core/curation/example.js';
import { type LabelAnswer, type WorkItem, writingItem } from '../../core/curation/labelling/campaign.js';
import { checkWritten, type Objection } from '../../core/curation/labelling/check-answer.js';
import { sampleRandom } from '../../core/curation/sample-diverse.js';
import type { Collection } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { RetrieveService } from '../retrieve.js';
import { DatasetAccess } from './dataset-access.js';
import { type GuardedSuites, guardSuites } from './suite-guard.js';

/** Passages offered in one campaign. */
const MAX_PASSAGES = 200;
/** Documents looked at for passages. */
const MAX_DOCUMENTS = 400;
/** Shortest and longest passage, in characters. */
const MIN_PASSAGE = 200;
const MAX_PASSAGE = 4_000;
/** Suites are read again when this old. */
const GUARD_MS = 60_000;

/** Chooses passages to write questions for, and checks what was written. */
export class WritingDesk {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #retrieve: RetrieveService;
  readonly #access: DatasetAccess;
  #guard: { readonly suites: GuardedSuites; readonly at: number } | undefined;

  constructor(context: ServiceContext, parts: { collections: CollectionService; retrieve: RetrieveService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#retrieve = parts.retrieve;
    this.#access = new DatasetAccess(context);
  }

  /** Work items over passages of the collections, at most one of each document, in random but repeatable order. */
  async items(names: readonly string[], seed: number): Promise<WorkItem[]> {
    const suites = await this.#suites();
    const items: WorkItem[] = [];
    for (const collection of await this.#collections.select(names)) {
      items.push(...(await this.#itemsOf(collection, seed, suites)));
      if (items.length >= MAX_PASSAGES) break;
    }
    return items.slice(0, MAX_PASSAGES);
  }

  async #itemsOf(collection: Collection, seed: number, suites: GuardedSuites): Promise<WorkItem[]> {
    const { store } = this.#context;
    const { total } = await store.listDocuments(collection.name, {}, { offset: 0, limit: 1 });
    const items: WorkItem[] = [];
    for (const offset of sampleRandom(total, MAX_DOCUMENTS, seed)) {
      const { items: found } = await store.listDocuments(collection.name, {}, { offset, limit: 1 });
      const [document] = found;
      if (document === undefined || document.format === 'code') continue;
      const chunks = (await store.listChunks(collection.name, document.id)).filter(
        ({ text }) => text.length >= MIN_PASSAGE && text.length <= MAX_PASSAGE,
      );
      const chunk = chunks[sampleRandom(chunks.length, 1, seed + offset)[0] ?? 0];
      if (chunk === undefined || suites.index.find(chunk.text).some((overlap) => overlap.isTest)) continue;
      const { id, sourceId, uri, contentHash, licence, language, category } = document;
      const { start, end } = chunk;
      const origin = {
        collection: collection.name,
        documentId: id,
        sourceId,
        uri,
        contentHash,
        start,
        end,
        licence,
        language,
        category,
      };
      items.push(writingItem(chunk.text, origin, seed));
      if (items.length >= MAX_PASSAGES) break;
    }
    return items;
  }

  /** Every check of a written question: its quote, its own words, repetition, leaks, and the round trip through retrieval. */
  async check(
    item: WorkItem,
    answer: LabelAnswer,
    about: { readonly dataset: string; readonly collections: readonly string[]; readonly written: readonly string[] },
  ): Promise<Objection | undefined> {
    const objection =
      checkWritten(item, answer) ?? (await this.#checkLeak(answer)) ?? (await this.#checkNew(answer, about));
    return objection ?? this.#checkRoundTrip(item, answer, about.collections);
  }

  async #checkLeak(answer: LabelAnswer): Promise<Objection | undefined> {
    const { index } = await this.#suites();
    const [overlap] = [answer.question, answer.answer]
      .flatMap((text) => index.find(text))
      .filter(({ isTest }) => isTest);
    if (overlap === undefined) return undefined;
    return {
      rejection: 'leaks-into-suite',
      detail: `It shares ${overlap.words} words in a row with a benchmark suite. Ask something else.`,
    };
  }

  async #checkNew(
    answer: LabelAnswer,
    about: { readonly dataset: string; readonly written: readonly string[] },
  ): Promise<Objection | undefined> {
    const key = sameTextKey(answer.question);
    const isWritten = about.written.some((question) => question !== '' && sameTextKey(question) === key);
    const isKnown = isWritten || (await this.#questions(about.dataset)).has(key);
    if (!isKnown) return undefined;
    return { rejection: 'duplicate', detail: 'This question is in the dataset already. Ask another one.' };
  }

  async #questions(dataset: string): Promise<Set<string>> {
    const head = await this.#access.require(dataset);
    return new Set((await this.#access.examples(head)).map((example) => sameTextKey(sidesOf(example).prompt)));
  }

  /** Keeps a question only if retrieval finds its passage's document first (Promptagator's filter, Dai et al., 2022). */
  async #checkRoundTrip(item: WorkItem, answer: LabelAnswer, names: readonly string[]): Promise<Objection | undefined> {
    if (item.origin === null) return undefined;
    const collections = await this.#collections.select(names);
    const hits = await this.#retrieve.rank({
      query: answer.question,
      collections,
      depth: 5,
      settings: { rerank: false },
    });
    const rank = hits.findIndex((hit) => hit.candidate.chunk.documentId === item.origin?.documentId);
    if (rank === 0) return undefined;
    return {
      rejection: 'not-answerable',
      detail: `Searching for the question finds ${rank < 0 ? 'other documents only' : `another document first (this one is number ${rank + 1})`}. Ask more specifically.`,
    };
  }

  async #suites(): Promise<GuardedSuites> {
    const now = this.#context.clock.elapsedMs();
    if (this.#guard === undefined || now - this.#guard.at > GUARD_MS) {
      this.#guard = { suites: await guardSuites(this.#context), at: now };
    }
    return this.#guard.suites;
  }
}
