import { logisticProbability } from '../statistics/logistic-regression.js';

/** Coefficients of the two logistic models of one way of searching: the constant first, then one for each feature. */
export interface RelevanceModel {
  readonly hit: readonly number[];
  readonly list: readonly number[];
  /** Below this chance a list most likely holds no answer; of lists that do, one in twenty lies below. */
  readonly doubt: number;
}

/** What was fitted for one embedding model. */
export interface FittedRelevance {
  /** sha256 of the weights whose vectors it was fitted on. */
  readonly revision: string;
  readonly modes: Readonly<Record<'hybrid' | 'vector' | 'keyword', RelevanceModel>>;
}

/** What is known of one result, in parts that do not depend on what else was found. */
export interface ResultEvidence {
  /** Cosine of query and passage; null where meaning was not asked for. */
  readonly cosine: number | null;
  /** BM25 as a share of what no text reaches, unknown words of the query included, 0..1. */
  readonly share: number;
  /** Part of the query's weight that stands in the passage, unknown words of the query included, 0..1. */
  readonly coverage: number;
  /** Order and heading as parts of the most they add, 0..1. */
  readonly order: number;
  readonly heading: number;
  /** 1 for a document that is called what was asked, 0 for none. */
  readonly name: number;
  /** The score that the order is by. */
  readonly score: number;
}

/** Cosine, share, coverage, order, heading, name, and the gap to the first result (of the first: to the second). */
const HIT_FEATURES = 7;

/** Results of a list that say something of it. */
export const READ_RESULTS = 10;

/** Features of one result beside the others of its list, which are in their order: one of each document. */
export function hitFeatures(results: readonly ResultEvidence[], at: number): number[] {
  const own = results[at];
  if (own === undefined) return new Array<number>(HIT_FEATURES).fill(0);
  const rival = results[at === 0 ? 1 : 0];
  return [
    own.cosine ?? 0,
    own.share,
    own.coverage,
    own.order,
    own.heading,
    own.name,
    Math.max(-1, Math.min(1, own.score - (rival?.score ?? 0))),
  ];
}

/** Features of a list: those of its first result, and the best of the first ten. */
export function listFeatures(results: readonly ResultEvidence[]): number[] {
  const read = results.slice(0, READ_RESULTS);
  const best = (value: (one: ResultEvidence) => number): number => Math.max(0, ...read.map(value));
  return [...hitFeatures(results, 0), best(({ cosine }) => cosine ?? 0), best(({ coverage }) => coverage)];
}

/** Chance, 0..1, that a result answers. */
export function hitRelevance(model: RelevanceModel, results: readonly ResultEvidence[], at: number): number {
  return logisticProbability(model.hit, hitFeatures(results, at));
}

/** Chance, 0..1, that any of a list's first ten results answers; 0 for an empty list. */
export function listRelevance(model: RelevanceModel, results: readonly ResultEvidence[]): number {
  return results.length === 0 ? 0 : logisticProbability(model.list, listFeatures(results));
}
