import type { DocumentSpan } from '../../core/benchmark/chunk-scores.js';
import type { Suite } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import type { Judgments } from '../../core/metrics/judgments.js';
import { groupQuestions } from '../../core/proof/question-groups.js';
import type { Reach } from '../../core/reach.js';
import type { Collection } from '../../core/types.js';
import { type AnchoredJudgments, anchorJudgments } from '../benchmark/anchor-judgments.js';
import { CorpusIndexer } from '../benchmark/corpus-index.js';
import { SuiteLocator } from '../benchmark/suite-locator.js';
import { type CollectionService, DEFAULT_SIZING } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';

const PAGE = 1_000;

/** A judged question that has an answer. */
export interface Question {
  readonly id: string;
  readonly text: string;
  /** Grades by document id of the store. */
  readonly judgments: Judgments;
  /** Documents that answer it, by id of the store, in a fixed order. */
  readonly relevant: readonly string[];
  /** Spans that answer it, where the suite tells them. */
  readonly references: readonly DocumentSpan[];
  /** Document that is the question itself, which no ranking of it counts; undefined for none. */
  readonly self: string | undefined;
}

/** The judged questions of a suite over what is searched for them. */
export interface QuestionSet {
  readonly suite: Suite;
  /** The judged collection first. */
  readonly collections: readonly Collection[];
  /** By id. */
  readonly questions: readonly Question[];
  /** Group of each question: what shares an answer. */
  readonly groups: readonly number[];
  /** Judged questions whose answers are gone, or that have none. */
  readonly leftOut: number;
  /** sha256 over questions, judgments, documents, model and rules. */
  readonly version: string;
}

/** Which questions. */
export interface QuestionRequest {
  /** Name or folder. */
  readonly suite: string;
  /** Empty for the usual one. */
  readonly split: string;
  /** Living collection to judge; empty for the one that the suite names, or its own documents. */
  readonly collection: string;
  /** Collections that are searched besides. */
  readonly collections: readonly string[];
  readonly reach: Reach;
}

/** Reads the judged questions of suites. */
export class QuestionReader {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #suites: SuiteLocator;

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
    this.#suites = new SuiteLocator(context);
  }

  /** @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE */
  openSuite(request: Pick<QuestionRequest, 'suite' | 'split' | 'reach'>): Promise<Suite> {
    const { suite, split, reach } = request;
    return this.#suites.open({ suite, split: split === '' ? undefined : split }, reach);
  }

  /** @throws QuarryError as {@link openSuite}, COLLECTION_NOT_FOUND, FINGERPRINT_MISMATCH */
  async read(request: QuestionRequest, handle: JobHandle): Promise<QuestionSet> {
    const suite = await this.openSuite(request);
    const { judged, anchors } = await this.#anchor(suite, request.collection, handle);
    const others = request.collections.filter((name) => name !== judged.name);
    const isOwn = judged.name !== (request.collection || suite.manifest.collection);
    const collections = [judged, ...(isOwn || others.length === 0 ? [] : await this.#collections.select(others))];
    for (const collection of collections) await this.#collections.requireSpace(collection);
    const questions = questionsOf(suite, anchors);
    return {
      suite,
      collections,
      questions,
      groups: groupQuestions(questions.map(({ id, text, relevant }) => ({ id, text, documents: relevant }))),
      leftOut: suite.qrels.size - questions.length,
      version: await this.#versionOf(suite, collections, questions),
    };
  }

  async #anchor(
    suite: Suite,
    asked: string,
    handle: JobHandle,
  ): Promise<{ judged: Collection; anchors: AnchoredJudgments }> {
    const { store } = this.#context;
    const name = asked || suite.manifest.collection || '';
    if (asked === '' && suite.hasCorpus) {
      const { collection } = await new CorpusIndexer(this.#context).ensure(suite, DEFAULT_SIZING, handle);
      return { judged: collection, anchors: await anchorJudgments(store, { collection, suite, place: 'own' }) };
    }
    if (name === '') {
      throw new QuarryError('SUITE_INVALID', `The suite ${suite.manifest.name} brings no documents.`, {
        hint: 'Name the collection that it judges.',
      });
    }
    const collection = await this.#collections.get(name);
    return { judged: collection, anchors: await anchorJudgments(store, { collection, suite, place: 'living' }) };
  }

  async #versionOf(suite: Suite, collections: readonly Collection[], questions: readonly Question[]): Promise<string> {
    const held: unknown[] = [];
    for (const { name, fingerprint, chunker, sizing } of collections) {
      const { model, revision, dtype, dimensions } = fingerprint;
      held.push([model, revision, dtype, dimensions, chunker, sizing.maxTokens, sizing.minTokens]);
      held.push(await this.#documentsOf(name));
    }
    const judged = questions.map(({ id, text, judgments }) => [id, text, [...judgments].sort(byFirst)]);
    return sha256(JSON.stringify([suite.hash, suite.split, held, judged, this.#context.version]));
  }

  async #documentsOf(collection: string): Promise<string[]> {
    const seen: string[] = [];
    for (let offset = 0; ; ) {
      const page = await this.#context.store.listDocuments(collection, {}, { offset, limit: PAGE });
      seen.push(...page.items.map(({ uri, contentHash }) => `${uri} ${contentHash}`));
      offset += page.items.length;
      if (page.items.length === 0 || offset >= page.total) return seen;
    }
  }
}

function questionsOf(suite: Suite, anchors: AnchoredJudgments): Question[] {
  const texts = new Map(suite.queries.map(({ id, text }) => [id, text]));
  const storeIds = new Map([...anchors.suiteIds].map(([stored, named]) => [named, stored]));
  const questions = [...anchors.qrels].flatMap(([id, judgments]): Question[] => {
    const text = texts.get(id) ?? '';
    const relevant = [...judgments].flatMap(([document, grade]) => (grade > 0 ? [document] : [])).sort();
    if (text.trim() === '' || relevant.length === 0) return [];
    const self = suite.manifest.dropSelfHits ? storeIds.get(id) : undefined;
    return [{ id, text, judgments, relevant, references: anchors.references.get(id) ?? [], self }];
  });
  return questions.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function byFirst([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}
