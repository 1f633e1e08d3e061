import type { TermStatistics } from '../keyword-port.js';

/** Saturation of a term's count, and weight of a text's length. */
const K1 = 1.2;
const B = 0.75;

/** Weights of a query's terms. */
export interface TermWeights {
  /** Inverse document frequency times the count in the query, by term. */
  readonly weights: ReadonlyMap<string, number>;
  /** The score that no text reaches: every term of the query without end, of a long query the heaviest. */
  readonly ceiling: number;
}

/** A text as BM25 sees it. */
export interface TermCounts {
  /** How often each term of the query stands in it. */
  readonly counts: ReadonlyMap<string, number>;
  /** Number of all its terms. */
  readonly length: number;
}

/** Terms that count for the ceiling: of a long query no text holds more. */
const CEILING_TERMS = 16;

/**
 * Weighs the terms of a query by how common they are: `ln((N + 1) / (df + 1/2))`, which is Lucene's
 * `ln(1 + (N - df + 1/2) / (df + 1/2))`. A term that occurs nowhere weighs nothing.
 */
export function weighTerms(terms: readonly string[], { chunks, documentFrequency }: TermStatistics): TermWeights {
  const weights = new Map<string, number>();
  for (const term of terms) {
    const frequency = documentFrequency.get(term) ?? 0;
    if (frequency === 0) continue;
    weights.set(term, (weights.get(term) ?? 0) + Math.log((chunks + 1) / (Math.min(frequency, chunks) + 0.5)));
  }
  const heaviest = [...weights.values()].sort((a, b) => b - a).slice(0, CEILING_TERMS);
  const sum = heaviest.reduce((total, weight) => total + weight, 0);
  return { weights, ceiling: sum * (K1 + 1) };
}

/** The statistics of several bodies as those of one, so that a division into collections changes no score. */
export function mergeStatistics(parts: readonly TermStatistics[]): TermStatistics {
  const documentFrequency = new Map<string, number>();
  for (const part of parts) {
    for (const [term, frequency] of part.documentFrequency) {
      documentFrequency.set(term, (documentFrequency.get(term) ?? 0) + frequency);
    }
  }
  return { chunks: parts.reduce((sum, part) => sum + part.chunks, 0), documentFrequency };
}

/** Part of a query's weight, 0 to 1, that is in these terms. */
export function weightShare(terms: readonly string[], { weights, ceiling }: TermWeights): number {
  let sum = 0;
  for (const term of new Set(terms)) sum += weights.get(term) ?? 0;
  return ceiling === 0 ? 0 : Math.min(1, (sum * (K1 + 1)) / ceiling);
}

/**
 * BM25 (Robertson and Zaragoza, 2009; k1 1.2, b .75) of a text given by its terms. Its length is measured against
 * `pivotLength`, a constant of the collection's chunk size instead of the mean of what happens to be stored, so that a
 * score depends on nothing but text, query and the weights of terms.
 */
export function scoreBm25({ counts, length }: TermCounts, { weights }: TermWeights, pivotLength: number): number {
  const norm = K1 * (1 - B + (B * length) / pivotLength);
  let score = 0;
  for (const [term, count] of counts) score += ((weights.get(term) ?? 0) * count * (K1 + 1)) / (count + norm);
  return score;
}
