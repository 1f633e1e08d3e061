/** One nominated item with what each leg says of it; null where the leg did not nominate it and cannot score it. */
export interface LegScores {
  readonly id: string;
  /** Cosine similarity, -1..1. */
  readonly similarity: number | null;
  /** BM25, above 0. */
  readonly bm25: number | null;
}

/** An item with its fused score, 0..1 for `convex`. */
export interface Blended {
  readonly id: string;
  readonly fused: number;
}

/** How the two legs become one score. */
export type BlendMethod = 'convex' | 'rrf';

/** Settings of {@link blend}. */
export interface BlendSettings {
  readonly method: BlendMethod;
  /** Weight of the vector leg in `convex`, 0..1. */
  readonly alpha: number;
  /** Rank constant of `rrf`; Cormack et al. (SIGIR 2009) use 60. */
  readonly rankConstant: number;
}

/** Scales values to 0..1 by their minimum and maximum; equal values all become 1. Absent values become 0. */
function minMax(values: readonly (number | null)[], floor?: number): number[] {
  const present = values.filter((value) => value !== null);
  const low = floor ?? Math.min(...present);
  const high = Math.max(...present);
  return values.map((value) => {
    if (value === null) return 0;
    return high > low ? (value - low) / (high - low) : 1;
  });
}

/**
 * Convex combination of normalised scores (Bruch, Gai and Ingber, ACM TOIS 2023, "An Analysis of Fusion Functions for
 * Hybrid Retrieval"): `alpha * cosine' + (1 - alpha) * bm25'`. Cosines are scaled by their minimum and maximum over the
 * candidates, BM25 by its maximum with 0 as its known lower bound.
 */
function blendConvex(items: readonly LegScores[], alpha: number): Blended[] {
  const vector = minMax(items.map((item) => item.similarity));
  const keyword = minMax(
    items.map((item) => item.bm25),
    0,
  );
  return items.map((item, i) => ({ id: item.id, fused: alpha * (vector[i] ?? 0) + (1 - alpha) * (keyword[i] ?? 0) }));
}

/** Ranks from 1 by score descending, ties by id ascending; items without a score have no rank. */
function ranksOf(items: readonly LegScores[], score: (item: LegScores) => number | null): Map<string, number> {
  const scored = items.filter((item) => score(item) !== null);
  scored.sort((a, b) => (score(b) ?? 0) - (score(a) ?? 0) || compareIds(a.id, b.id));
  return new Map(scored.map((item, index) => [item.id, index + 1]));
}

/** Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): the sum of `1 / (k + rank)` over the legs. */
function blendReciprocalRanks(items: readonly LegScores[], k: number): Blended[] {
  const legs = [ranksOf(items, (item) => item.similarity), ranksOf(items, (item) => item.bm25)];
  return items.map((item) => {
    const fused = legs.reduce((sum, leg) => {
      const rank = leg.get(item.id);
      return rank === undefined ? sum : sum + 1 / (k + rank);
    }, 0);
    return { id: item.id, fused };
  });
}

/** Orders ids by UTF-16 code units, the same on every machine. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Fuses the legs and sorts: best first, ties by id ascending. */
export function blend(items: readonly LegScores[], settings: BlendSettings): Blended[] {
  if (items.length === 0) return [];
  const blended =
    settings.method === 'rrf' ? blendReciprocalRanks(items, settings.rankConstant) : blendConvex(items, settings.alpha);
  return blended.sort((a, b) => b.fused - a.fused || compareIds(a.id, b.id));
}
