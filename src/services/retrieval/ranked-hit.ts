import type { Candidate } from '../../core/ports.js';

/** What one leg says of a hit. */
export interface LegScore {
  readonly score: number;
  /** 1 for the best of this leg's own ranking; null when the leg did not nominate the hit. */
  readonly rank: number | null;
}

/** What else a hit's score is made of, each 0 where it says nothing. */
export interface ScoreParts {
  /** For words in the nearest heading. */
  readonly heading: number;
  /** For words in the query's own order. */
  readonly order: number;
  /** For a document that is called what was typed. */
  readonly name: number;
  /** For what else of the document answers. */
  readonly document: number;
  /** What the kind of document leaves of the score: 1 for all but tests and release notes that nobody asked for. */
  readonly kind: number;
  /** What is left of the score of a page where a program is asked for, and of a program where a page is; else 1. */
  readonly form: number;
}

/** A ranked chunk with every score it was given. */
export interface RankedHit {
  readonly candidate: Candidate;
  readonly collection: string;
  /** Cosine similarity; null in keyword mode. */
  readonly vector: LegScore | null;
  /** BM25; null in vector mode or when no query term occurs. */
  readonly keyword: LegScore | null;
  readonly parts: ScoreParts;
  /** Parts of what the query's words could say, 0 to 1; null in vector mode. */
  readonly words: { readonly share: number; readonly coverage: number } | null;
  readonly fused: number;
  /** Name terms of its document, where it was looked up by name. */
  readonly nameTerms: ReadonlySet<string>;
  /** 0..1, when a cross-encoder judged it. */
  readonly reranked: number | null;
}
