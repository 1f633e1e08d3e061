import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { sidesOf } from '../../core/curation/example.js';
import { type LabelAnswer, type WorkItem, writingItem } from '../../core/curation/labelling/campaign.js';
import { checkWritten, type Objection } from '../../core/curation/labelling/check-answer.js';
import {
  type AskedBefore,
  NEED_REASONS,
  type PassageNeed,
  ThinPassages,
} from '../../core/curation/labelling/thin-passages.js';
import { sampleRandom } from '../../core/curation/sample-diverse.js';
import type { Chunk, Collection, Document } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { RetrieveService } from '../retrieve.js';
import { QueryLog } from '../specialists/query-log.js';
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

/** What a written question is checked against. */
interface WrittenAbout {
  readonly dataset: string;
  readonly collections: readonly string[];
  /** Questions of the campaign so far. */
  readonly written: readonly string[];
  /** Whether the writer was told what search finds first instead. */
  readonly isTold: boolean;
}

/** A passage that a question is wanted for. */
interface OpenItem {
  readonly need: PassageNeed;
  readonly document: Omit<Document, 'text'>;
  readonly chunk: Chunk;
}

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

  /**
   * Work items over passages of the collections, at most one of each document: those first that nobody's query finds and whose
   * headings no question touches, else in random but repeatable order.
   */
  async items(
    names: readonly string[],
    about: { readonly dataset: string; readonly seed: number },
  ): Promise<WorkItem[]> {
    const thin = new ThinPassages(await this.#askedBefore(about.dataset));
    const suites = await this.#suites();
    const open: OpenItem[] = [];
    for (const collection of await this.#collections.select(names))
      open.push(...(await this.#openOf(collection, { thin, suites, seed: about.seed })));
    open.sort((a, b) => b.need - a.need);
    return open.slice(0, MAX_PASSAGES).map(({ need, document, chunk }) => {
      const { id, sourceId, uri, contentHash, licence, language, category, collection } = document;
      const { start, end } = chunk;
      const from = { collection, documentId: id, sourceId, uri, contentHash, start, end, licence, language, category };
      return writingItem(chunk.text, from, { seed: about.seed, why: NEED_REASONS[need] });
    });
  }

  async #openOf(
    collection: Collection,
    { thin, suites, seed }: { thin: ThinPassages; suites: GuardedSuites; seed: number },
  ): Promise<OpenItem[]> {
    const { store } = this.#context;
    const { total } = await store.listDocuments(collection.name, {}, { offset: 0, limit: 1 });
    const open: OpenItem[] = [];
    for (const offset of sampleRandom(total, MAX_DOCUMENTS, seed)) {
      const { items: found } = await store.listDocuments(collection.name, {}, { offset, limit: 1 });
      const [document] = found;
      if (document === undefined || document.format === 'code') continue;
      const chunks = (await store.listChunks(collection.name, document.id)).filter(
        ({ text }) => text.length >= MIN_PASSAGE && text.length <= MAX_PASSAGE,
      );
      const needs = sampleRandom(chunks.length, chunks.length, seed + offset).flatMap((at): OpenItem[] => {
        const chunk = chunks[at];
        return chunk === undefined ? [] : [{ need: thin.needOf({ ...chunk, chunkId: chunk.id }), document, chunk }];
      });
      const thinnest = needs.sort((a, b) => b.need - a.need)[0];
      if (thinnest === undefined || suites.index.find(thinnest.chunk.text).some((overlap) => overlap.isTest)) continue;
      open.push(thinnest);
    }
    return open;
  }

  /** What was asked so far: questions written into the dataset, and searches where their log is opted in. */
  async #askedBefore(dataset: string): Promise<AskedBefore> {
    const head = await this.#access.require(dataset);
    const written = (await this.#access.examples(head)).filter(
      ({ provenance, review }) => provenance.method === 'write' && review !== 'rejected',
    );
    const isLogged = this.#context.config.queryLog !== 'off';
    const searches = isLogged ? await new QueryLog(this.#context).searches() : [];
    return {
      questions: [...written.map((example) => sidesOf(example).prompt), ...searches.map(({ query }) => query)],
      shown: searches.flatMap(({ shown }) => shown),
      written: written.flatMap(({ provenance: { documentId, start, end } }) =>
        start === null || end === null ? [] : [{ documentId, start, end }],
      ),
    };
  }

  /** Every check of a written question: its quote, its own words, repetition, leaks, and the round trip through retrieval. */
  async check(item: WorkItem, answer: LabelAnswer, about: WrittenAbout): Promise<Objection | undefined> {
    const objection =
      checkWritten(item, answer) ?? (await this.#checkLeak(answer)) ?? (await this.#checkNew(answer, about));
    const isLookedAt = answer.onlyHere && about.isTold;
    return objection ?? (isLookedAt ? undefined : this.#checkRoundTrip(item, answer, about.collections));
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
    about: Pick<WrittenAbout, 'dataset' | 'written'>,
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

  /**
   * Keeps a question if retrieval finds its passage's document first (Promptagator's filter, Dai et al., 2022). What search misses
   * is what there is to learn, so that a writer who has looked at what is found first may insist.
   */
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
    const [first] = hits;
    const found = first === undefined ? 'nothing' : `${first.candidate.chunk.id} of another document first`;
    const own = rank < 0 ? '' : ` (this one is number ${rank + 1})`;
    return {
      rejection: 'not-answerable',
      detail: `Searching for the question finds ${found}${own}. Look at it (fetch): if it answers too, ask more specifically; if it does not, hand the question in again with "onlyHere": true.`,
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
