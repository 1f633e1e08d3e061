import { judgeRanking } from '../../src/core/metrics/judged-ranking.js';
import type { Judgments, Qrels } from '../../src/core/metrics/judgments.js';
import { ndcg } from '../../src/core/metrics/ndcg.js';

/** Scores of one configuration: by collection, then question. */
export type Scores = Map<string, Map<string, number>>;

/** What is measured of a ranking of documents. */
export const MEASURES = ['nDCG@10', 'S@1', 'S@5'] as const;
/** One of {@link MEASURES}. */
export type Measure = (typeof MEASURES)[number];

/** The grade that answers a question. */
const ANSWERS = 2;

/** Documents in order of first appearance. */
export function foldDocuments(hits: readonly string[]): string[] {
  return [...new Set(hits)];
}

/** Scores a ranking of different documents: nDCG@10 with linear gains, and a document of grade 2 among the first 1 and 5. */
export function scoreRanking(documents: readonly string[], judgments: Judgments): Record<Measure, number> {
  const scored = documents.map((id, at) => ({ id, score: documents.length - at }));
  const answers = (k: number): number =>
    documents.slice(0, k).some((id) => (judgments.get(id) ?? 0) >= ANSWERS) ? 1 : 0;
  return { 'nDCG@10': ndcg(judgeRanking(scored, judgments), 10), 'S@1': answers(1), 'S@5': answers(5) };
}

/** Tables of scores by measure, then configuration. */
export class ScoreBoard {
  readonly #scores = new Map<string, Map<string, Scores>>();

  /** Keeps one score. */
  add(measure: string, at: { configuration: string; collection: string; question: string }, score: number): void {
    const configurations = fill(this.#scores, measure, () => new Map<string, Scores>());
    const scores = fill(configurations, at.configuration, (): Scores => new Map());
    fill(scores, at.collection, () => new Map<string, number>()).set(at.question, score);
  }

  /** Scores every judged question of a ranking by question; a question without one counts as 0. */
  addRankings(
    at: { configuration: string; collection: string },
    rankings: ReadonlyMap<string, readonly string[]>,
    qrels: Qrels,
  ): void {
    for (const [question, judgments] of qrels) {
      const scores = scoreRanking(rankings.get(question) ?? [], judgments);
      for (const measure of MEASURES) this.add(measure, { ...at, question }, scores[measure]);
    }
  }

  /** Names of the configurations that have this measure, in order of arrival. */
  configurations(measure: string): string[] {
    return [...(this.#scores.get(measure)?.keys() ?? [])];
  }

  /** Names of the measures, in order of arrival. */
  measures(): string[] {
    return [...this.#scores.keys()];
  }

  /** Scores of a configuration; empty when there are none. */
  get(measure: string, configuration: string): Scores {
    return this.#scores.get(measure)?.get(configuration) ?? new Map();
  }
}

function fill<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
