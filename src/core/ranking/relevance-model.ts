import type { RelevanceModel } from './relevance.js';
import { RELEVANCE_COEFFICIENTS } from './relevance-coefficients.js';

/** The models for a way of searching; undefined for vectors on which none was fitted. */
export function relevanceModelFor(
  mode: 'hybrid' | 'vector' | 'keyword',
  revision: string | undefined,
): RelevanceModel | undefined {
  const isFitted = mode === 'keyword' || revision === RELEVANCE_COEFFICIENTS.revision;
  return isFitted ? RELEVANCE_COEFFICIENTS.modes[mode] : undefined;
}
