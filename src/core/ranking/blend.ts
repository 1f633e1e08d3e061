/** One nominated item with what each leg says of it; null where a leg cannot score it. */
export interface LegScores {
  readonly id: string;
  /** Closeness of meaning, 0..1. */
  readonly vector: number | null;
  /** Share of the query's weight in words, 0..1. */
  readonly keyword: number | null;
}

/** An item with its fused score, 0..1. */
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

/**
 * Convex combination (Bruch, Gai and Ingber, ACM TOIS 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"):
 * `alpha * vector + (1 - alpha) * keyword`. Both scores are absolute, never scaled by what else was found: whatever is
 * searched beside an item, its score stays what it is.
 */
function blendConvex(items: readonly LegScores[], alpha: number): Blended[] {
  return items.map(({ id, vector, keyword }) => ({ id, fused: alpha * (vector ?? 0) + (1 - alpha) * (keyword ?? 0) }));
}

/** Ranks from 1 by score descending, ties by id ascending; items without a score have no rank. */
function ranksOf(items: readonly LegScores[], score: (item: LegScores) => number | null): Map<string, number> {
  const scored = items.filter((item) => score(item) !== null);
  scored.sort((a, b) => (score(b) ?? 0) - (score(a) ?? 0) || compareIds(a.id, b.id));
  return new Map(scored.map((item, index) => [item.id, index + 1]));
}

/**
 * Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): the sum of `1 / (k + rank)` over the legs, as a
 * share of what the first of both legs gets.
 */
function blendReciprocalRanks(items: readonly LegScores[], k: number): Blended[] {
  const legs = [ranksOf(items, (item) => item.vector), ranksOf(items, (item) => item.keyword)];
  return items.map((item) => {
    const sum = legs.reduce((total, leg) => {
      const rank = leg.get(item.id);
      return rank === undefined ? total : total + 1 / (k + rank);
    }, 0);
    return { id: item.id, fused: (sum * (k + 1)) / legs.length };
  });
}

/** Orders ids by UTF-16 code units, the same on every machine. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Fuses the legs, in the order of the items. */
export function blend(items: readonly LegScores[], settings: BlendSettings): Blended[] {
  return settings.method === 'rrf'
    ? blendReciprocalRanks(items, settings.rankConstant)
    : blendConvex(items, settings.alpha);
}
