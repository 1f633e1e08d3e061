import type { BlendMethod } from '../ranking/blend.js';

/** Which legs nominate. */
export const RETRIEVAL_MODES = ['hybrid', 'vector', 'keyword'] as const;
/** One of {@link RETRIEVAL_MODES}. */
export type RetrievalMode = (typeof RETRIEVAL_MODES)[number];

/** One retrieval configuration; the part of a run's fingerprint that search settings make. */
export interface RetrievalSettings {
  readonly mode: RetrievalMode;
  readonly blend: BlendMethod;
  /** Weight of the vector leg in a convex blend, 0..1. */
  readonly alpha: number;
  /** Rank constant of reciprocal rank fusion. */
  readonly rankConstant: number;
  /** How many chunks each leg nominates, 10..1000. */
  readonly candidates: number;
  readonly rerank: boolean;
  /** 0 (relevance alone) to 1 (novelty alone). */
  readonly diversity: number;
  /** How many of the best a reranker looks at; {@link RERANK_DEPTH} without. */
  readonly rerankDepth?: number;
  /** What words in the nearest heading add, times the usual; 1 without. */
  readonly headings?: number;
  /** How far tests and release notes that nobody asked for stand back: 1, as without, as usual; 0 not at all. */
  readonly kinds?: number;
}

/** How many of the best candidates a reranker looks at, unless settings say otherwise. */
export const RERANK_DEPTH = 20;

/** Set on the development collections alone; see docs/decisions on the default blend. */
export const DEFAULT_RETRIEVAL: RetrievalSettings = {
  mode: 'hybrid',
  blend: 'convex',
  alpha: 0.36,
  rankConstant: 60,
  candidates: 50,
  rerank: false,
  diversity: 0,
};

/**
 * What a benchmark runs by default: the product's search, ranked as deep as the deepest of its usual metrics looks
 * (recall@100). The first ten results are the same for 30 to 200 candidates within noise (docs/decisions/0034).
 */
export const BENCHMARK_RETRIEVAL: RetrievalSettings = { ...DEFAULT_RETRIEVAL, candidates: 100 };

/** The settings that are not those of every search. */
export function unusualSettings(settings: Partial<RetrievalSettings>): Partial<RetrievalSettings> {
  const usual = new Map(Object.entries(DEFAULT_RETRIEVAL));
  return Object.fromEntries(Object.entries(settings).filter(([key, value]) => usual.get(key) !== value));
}
