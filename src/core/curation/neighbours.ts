import { dot } from '../ranking/cosine.js';
import { createRandom } from '../training/random.js';
import { UnionFind } from './union-find.js';

/** Two vectors that are nearly the same. */
export interface VectorPair {
  readonly first: number;
  readonly second: number;
  /** Cosine similarity. */
  readonly similarity: number;
}

/** Tables of {@link findVectorDuplicates}. */
const TABLES = 12;
const MAX_BUCKET = 64;

/**
 * Pairs of unit vectors at least `threshold` alike, found by sign random projections (Charikar, 2002) in 12 tables and
 * verified by exact cosine. The bits of a key grow with the number of vectors, so that buckets stay small. At cosine .98
 * one bit agrees with a chance of .936, so a pair of 100,000 vectors (14 bits) is missed less than once in a thousand.
 */
export function findVectorDuplicates(vectors: readonly Float32Array[], threshold: number, seed = 1): VectorPair[] {
  const dimensions = vectors[0]?.length ?? 0;
  const bits = Math.min(16, Math.max(4, Math.ceil(Math.log2(Math.max(2, vectors.length))) - 3));
  const random = createRandom(seed);
  const found: VectorPair[] = [];
  const seen = new Set<number>();
  const joined = new UnionFind(vectors.length);
  for (let table = 0; table < TABLES; table++) {
    const planes = Array.from({ length: bits }, () => Float32Array.from({ length: dimensions }, () => random.normal()));
    for (const bucket of bucketsOf(vectors, planes)) {
      for (let at = 1; at < bucket.length; at++) {
        const second = bucket[at] ?? 0;
        let compared = 0;
        for (let before = at - 1; before >= 0 && compared < MAX_BUCKET; before--) {
          const first = bucket[before] ?? 0;
          const key = first * vectors.length + second;
          if (seen.has(key) || (bucket.length > MAX_BUCKET && joined.find(first) === joined.find(second))) continue;
          compared++;
          const similarity = dot(vectors[first] ?? new Float32Array(0), vectors[second] ?? new Float32Array(0));
          if (similarity < threshold) continue;
          seen.add(key);
          joined.join(first, second);
          found.push({ first, second, similarity });
        }
      }
    }
  }
  return found.sort((a, b) => a.first - b.first || a.second - b.second);
}

function bucketsOf(vectors: readonly Float32Array[], planes: readonly Float32Array[]): number[][] {
  const buckets = new Map<number, number[]>();
  for (const [index, vector] of vectors.entries()) {
    let key = 0;
    for (const plane of planes) key = key * 2 + (dot(vector, plane) > 0 ? 1 : 0);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [index]);
    else bucket.push(index);
  }
  return [...buckets.values()].filter((bucket) => bucket.length > 1);
}

/** What the neighbours of one item say of it. */
export interface NeighbourVerdict {
  readonly index: number;
  /** Label that most of its nearest neighbours have; empty where labels are unknown. */
  readonly neighbourLabel: string;
  /** Share of the neighbours (weighted by similarity) with another label than its own, 0..1. */
  readonly disagreement: number;
  /** Mean cosine similarity to its nearest neighbours. */
  readonly closeness: number;
}

/** Nearest neighbours looked at. */
const NEIGHBOURS = 10;

/**
 * Label noise and outliers by the ten nearest neighbours (k-NN consistency; Northcutt et al., 2021, call such items label
 * issues): exact, so its cost is the square of the number of items; callers cap that.
 * @param labels label of each item; empty ones take no part in votes
 */
export function judgeByNeighbours(vectors: readonly Float32Array[], labels: readonly string[]): NeighbourVerdict[] {
  return vectors.map((vector, index) => {
    const nearest = nearestOf(vectors, vector, index);
    const votes = new Map<string, number>();
    let weight = 0;
    for (const { at, similarity } of nearest) {
      const label = labels[at] ?? '';
      if (label === '') continue;
      const vote = Math.max(0, similarity);
      votes.set(label, (votes.get(label) ?? 0) + vote);
      weight += vote;
    }
    const own = labels[index] ?? '';
    const [neighbourLabel = ''] = [...votes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? [];
    const closeness =
      nearest.length === 0 ? 0 : nearest.reduce((sum, { similarity }) => sum + similarity, 0) / nearest.length;
    const disagreement = own === '' || weight === 0 ? 0 : 1 - (votes.get(own) ?? 0) / weight;
    return { index, neighbourLabel, disagreement, closeness };
  });
}

function nearestOf(
  vectors: readonly Float32Array[],
  vector: Float32Array,
  self: number,
): { at: number; similarity: number }[] {
  const best: { at: number; similarity: number }[] = [];
  for (const [at, other] of vectors.entries()) {
    if (at === self) continue;
    const similarity = dot(vector, other);
    if (best.length === NEIGHBOURS && similarity <= (best.at(-1)?.similarity ?? 0)) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1]?.similarity ?? 0) < similarity) place--;
    best.splice(place, 0, { at, similarity });
    if (best.length > NEIGHBOURS) best.pop();
  }
  return best;
}

/** Items whose closeness lies more than `deviations` robust standard deviations below the median (Iglewicz and Hoaglin, 1993). */
export function findOutliers(verdicts: readonly NeighbourVerdict[], deviations = 3.5): number[] {
  const values = verdicts.map((verdict) => verdict.closeness).sort((a, b) => a - b);
  const median = values[values.length >> 1] ?? 0;
  const spreads = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  const spread = (spreads[spreads.length >> 1] ?? 0) * 1.4826;
  if (spread === 0) return [];
  return verdicts
    .filter((verdict) => (median - verdict.closeness) / spread > deviations)
    .map((verdict) => verdict.index);
}
