import { dot } from './cosine.js';

/** An item that may be chosen for its relevance and against its likeness to those chosen before. */
export interface Diversifiable {
  readonly id: string;
  /** Relevance, any scale; compared after scaling by the best one. */
  readonly relevance: number;
  readonly vector: Float32Array;
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): repeatedly takes the item with the largest
 * `(1 - diversity) * relevance' - diversity * maxSimilarityToChosen`.
 * `diversity` 0 keeps the order; 1 looks at novelty alone. Items must come best first. Returns ids, at most `limit`.
 */
export function diversify(items: readonly Diversifiable[], diversity: number, limit: number): string[] {
  if (diversity <= 0) return items.slice(0, limit).map((item) => item.id);
  const best = Math.max(...items.map((item) => item.relevance), Number.MIN_VALUE);
  const likeness = new Array<number>(items.length).fill(0);
  const remaining = new Set(items.keys());
  const chosen: string[] = [];
  while (chosen.length < limit && remaining.size > 0) {
    const next = takeBest(remaining, (i) => {
      const relevance = (items[i]?.relevance ?? 0) / best;
      return (1 - diversity) * relevance - diversity * (likeness[i] ?? 0);
    });
    const item = items[next];
    if (item === undefined) break;
    remaining.delete(next);
    chosen.push(item.id);
    for (const i of remaining) {
      const other = items[i];
      if (other !== undefined) likeness[i] = Math.max(likeness[i] ?? 0, dot(item.vector, other.vector));
    }
  }
  return chosen;
}

/** The index with the largest score; the earliest wins a tie. */
function takeBest(indexes: ReadonlySet<number>, score: (index: number) => number): number {
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const index of indexes) {
    const value = score(index);
    if (value > bestScore) {
      best = index;
      bestScore = value;
    }
  }
  return best;
}
