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
import type { Scorer, SearchWay } from './learner.js';
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
    const maps = new Map<QueryMap | undefined, number[]>();
    ways.forEach(({ map }, at) => {
      maps.set(map, [...(maps.get(map) ?? []), at]);
    });
    const scores = new Array<number>(ways.length).fill(0);
    for (const [map, places] of maps) {
      const settings = places.flatMap((at) => ways[at]?.settings ?? []);
      const ranked = await this.rank(set, question, { settings, map, signal });
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
      readonly signal: AbortSignal;
    },
  ): Promise<RankedHit[][]> {
    const { settings, map, signal } = how;
    const needsVector = settings.some(({ mode }) => mode !== 'keyword');
    const plain = needsVector ? await this.vectorOf(question.text) : undefined;
    const vector = plain === undefined || map === undefined ? plain : map.apply(plain);
    return this.#ranker.rank({ query: question.text, collections, vector, settings, signal });
  }

  /** The question's vector as the model in use makes it; made once. */
  vectorOf(text: string): Promise<Float32Array> {
    const known = this.#vectors.get(text) ?? this.#embed(text);
    this.#vectors.set(text, known);
    return known;
  }

  async #embed(text: string): Promise<Float32Array> {
    // As a search makes it: signs of the query language are no part of the text.
    const [vector] = await (await this.#context.embedder()).embed([parseQuery(text).text], 'query');
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
