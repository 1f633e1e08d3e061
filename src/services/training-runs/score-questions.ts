import { foldHits } from '../../core/benchmark/fold-hits.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import { judgeRanking } from '../../core/metrics/judged-ranking.js';
import { type Metric, parseMetric } from '../../core/metrics/parse-metric.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { parseQuery } from '../../core/text/query.js';
import type { ServiceContext } from '../context.js';
import { EachRanker } from '../retrieval/rank-each.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';
import type { OtherModel, Scorer, SearchWay } from './learner.js';
import type { Question, QuestionSet } from './question-set.js';

/** Scores questions as the product's own search ranks for them. */
export class QuestionScorer implements Scorer {
  readonly #context: ServiceContext;
  readonly #ranker: EachRanker;
  readonly #metric: Metric;
  readonly #vectors = new Map<string, Promise<Float32Array>>();

  constructor(context: ServiceContext, metric: string) {
    this.#context = context;
    this.#ranker = new EachRanker(context);
    this.#metric = parseMetric(metric);
  }

  /** One column per way, a row per question. `onEach` hears of every question that is done. */
  async score(
    set: Pick<QuestionSet, 'collections'>,
    work: { readonly questions: readonly Question[]; readonly ways: readonly SearchWay[] },
    run: { readonly signal: AbortSignal; readonly onEach: () => void },
  ): Promise<Float64Array[]> {
    const columns = work.ways.map(() => new Float64Array(work.questions.length));
    for (const [row, question] of work.questions.entries()) {
      throwIfCancelled(run.signal);
      const scores = await this.#scoreOne(set, question, { ways: work.ways, signal: run.signal });
      scores.forEach((score, at) => {
        const column = columns[at];
        if (column !== undefined) column[row] = score;
      });
      run.onEach();
    }
    return columns;
  }

  async #scoreOne(
    set: Pick<QuestionSet, 'collections'>,
    question: Question,
    { ways, signal }: { readonly ways: readonly SearchWay[]; readonly signal: AbortSignal },
  ): Promise<number[]> {
    const vectors = new Map<QueryMap | OtherModel | undefined, number[]>();
    ways.forEach(({ map, model }, at) => {
      const made = model ?? map;
      vectors.set(made, [...(vectors.get(made) ?? []), at]);
    });
    const scores = new Array<number>(ways.length).fill(0);
    for (const places of vectors.values()) {
      const { map, model } = ways[places[0] ?? 0] ?? { map: undefined };
      const settings = places.flatMap((at) => ways[at]?.settings ?? []);
      const ranked = await this.rank(set, question, { settings, map, model, signal });
      places.forEach((at, i) => {
        const way = ways[at];
        if (way !== undefined) scores[at] = this.#judge(ranked[i] ?? [], question, way.settings);
      });
    }
    return scores;
  }

  /** Hits of a question in each of the settings. */
  async rank(
    { collections }: Pick<QuestionSet, 'collections'>,
    question: Pick<Question, 'text'>,
    how: {
      readonly settings: readonly RetrievalSettings[];
      readonly map: QueryMap | undefined;
      readonly model?: OtherModel | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<RankedHit[][]> {
    const { settings, map, model, signal } = how;
    const needsVector = settings.some(({ mode }) => mode !== 'keyword');
    const plain = needsVector ? await this.vectorOf(question.text, model) : undefined;
    const vector = plain === undefined || map === undefined ? plain : map.apply(plain);
    const searched = model === undefined ? collections : await model.copiesOf(collections);
    return this.#ranker.rank({ query: question.text, collections: searched, vector, settings, signal });
  }

  /** The question's vector as the model in use makes it, or another one; made once. */
  vectorOf(text: string, model?: OtherModel): Promise<Float32Array> {
    const key = `${model?.embedder.fingerprint.revision ?? ''} ${text}`;
    const known = this.#vectors.get(key) ?? this.#embed(text, model);
    this.#vectors.set(key, known);
    return known;
  }

  async #embed(text: string, model: OtherModel | undefined): Promise<Float32Array> {
    const embedder = model?.embedder ?? (await this.#context.embedder());
    // As a search makes it: signs of the query language are no part of the text.
    const [vector] = await embedder.embed([parseQuery(text).text], 'query');
    if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for a question.');
    return vector;
  }

  #judge(hits: readonly RankedHit[], question: Question, settings: RetrievalSettings): number {
    // After reranking or diversification scores do not fall with rank: then the rank is the score.
    const isOrdered = !settings.rerank && settings.diversity <= 0;
    const folded = foldHits(
      hits.map(({ candidate, fused }, at) => ({
        document: candidate.chunk.documentId,
        score: isOrdered ? fused : hits.length - at,
      })),
      question.self,
    );
    return this.#metric.score(judgeRanking(folded, question.judgments));
  }
}
