import { RELEVANCE_COEFFICIENTS } from './relevance-coefficients.js';

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

/** The models for a way of searching; undefined for vectors on which none was fitted. */
export function relevanceModelFor(
  mode: 'hybrid' | 'vector' | 'keyword',
  revision: string | undefined,
): RelevanceModel | undefined {
  const isFitted = mode === 'keyword' || revision === RELEVANCE_COEFFICIENTS.revision;
  return isFitted ? RELEVANCE_COEFFICIENTS.modes[mode] : undefined;
}
