import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { Candidate } from '../../core/ports.js';
import { dot } from '../../core/ranking/cosine.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { AdapterExample } from '../../core/training/fit-adapter.js';
import type { ServiceContext } from '../context.js';
import type { ExampleSource } from './learner.js';
import type { Question, QuestionSet } from './question-set.js';
import type { QuestionScorer } from './score-questions.js';

/** Passages of other documents that stand in the way of an answer, at most. */
const MOST_OTHERS = 10;
/** Documents that answer one question and are looked at, at most. */
const MOST_ANSWERS = 10;

/** What the vector leg alone finds without a map: those are the passages that a map must move away from. */
const NEAR: Pick<RetrievalSettings, 'mode' | 'candidates' | 'rerank' | 'diversity'> = {
  mode: 'vector',
  candidates: 50,
  rerank: false,
  diversity: 0,
};

/** Turns judged questions into what a map is fitted to; each once. */
export class ExampleMaker implements ExampleSource {
  readonly #context: ServiceContext;
  readonly #set: QuestionSet;
  readonly #scorer: QuestionScorer;
  readonly #base: RetrievalSettings;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, AdapterExample | undefined>();

  constructor(
    context: ServiceContext,
    about: { set: QuestionSet; scorer: QuestionScorer; base: RetrievalSettings; signal: AbortSignal },
  ) {
    this.#context = context;
    this.#set = about.set;
    this.#scorer = about.scorer;
    this.#base = about.base;
    this.#signal = about.signal;
  }

  /** Those of the questions at these places whose answers have vectors. */
  async of(places: readonly number[]): Promise<AdapterExample[]> {
    const examples: AdapterExample[] = [];
    for (const place of places) {
      const question = this.#set.questions[place];
      if (question === undefined) continue;
      if (!this.#known.has(question.id)) this.#known.set(question.id, await this.#make(question));
      const example = this.#known.get(question.id);
      if (example !== undefined) examples.push(example);
    }
    return examples;
  }

  async #make(question: Question): Promise<AdapterExample | undefined> {
    throwIfCancelled(this.#signal);
    const query = await this.#scorer.vectorOf(question.text);
    const answers: Float32Array[] = [];
    for (const document of question.relevant.slice(0, MOST_ANSWERS)) {
      const best = nearestPassage(await this.#passagesOf(document), question, query);
      if (best !== undefined) answers.push(best.vector);
    }
    if (answers.length === 0) return undefined;
    const settings = [{ ...this.#base, ...NEAR }];
    const [near = []] = await this.#scorer.rank(this.#set, question, {
      settings,
      map: undefined,
      signal: this.#signal,
    });
    const others = near
      .map(({ candidate }) => candidate)
      .filter(({ chunk }) => !question.relevant.includes(chunk.documentId))
      .slice(0, MOST_OTHERS);
    return {
      query,
      answer: meanOf(answers),
      other: others.length === 0 ? query : meanOf(others.map(({ vector }) => vector)),
    };
  }

  async #passagesOf(document: string): Promise<Candidate[]> {
    const [judged] = this.#set.collections;
    if (judged === undefined) throw new QuarryError('INTERNAL', 'A question set has no collection.');
    return this.#context.store.listCandidates(judged.name, document);
  }
}

/** The passage that holds the reference, else the nearest one. */
export function nearestPassage(
  passages: readonly Candidate[],
  { references }: Question,
  query: Float32Array,
): Candidate | undefined {
  const holding = passages.filter(({ chunk }) =>
    references.some(
      ({ document, start, end }) => document === chunk.documentId && start < chunk.end && chunk.start < end,
    ),
  );
  const usable = holding.length > 0 ? holding : passages;
  return usable.reduce<Candidate | undefined>(
    (best, candidate) =>
      best === undefined || dot(candidate.vector, query) > dot(best.vector, query) ? candidate : best,
    undefined,
  );
}

/** Mean of unit vectors. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let d = 0; d < sum.length; d++) sum[d] = (sum[d] ?? 0) + (vector[d] ?? 0) / vectors.length;
  }
  return Float32Array.from(sum);
}
