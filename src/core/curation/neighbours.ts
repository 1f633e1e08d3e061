import { dot } from '../ranking/cosine.js';
import { createRandom, type Random } from '../training/random.js';
import { UnionFind } from './union-find.js';

/** Two vectors that are nearly the same. */
export interface VectorPair {
  readonly first: number;
  readonly second: number;
  /** Cosine similarity. */
  readonly similarity: number;
}

/** Hash tables; a pair that one of them misses another finds. */
const TABLES = 12;
/** Members of a bucket that are compared pairwise; in a larger one each is compared with the latest few of other groups. */
const MAX_BUCKET = 64;
const CROWD_COMPARISONS = 12;
/** Coordinates that a projection adds up (very sparse random projections, Li, Hastie and Church, 2006). */
const COORDINATES = 32;

/** Keys of vectors by the signs of random projections, each about its mean over the vectors, so that buckets come out even. */
class ProjectionTable {
  readonly #planes: readonly { readonly places: Int32Array; readonly signs: Float32Array }[];
  readonly #middles: readonly number[];

  constructor(vectors: readonly Float32Array[], bits: number, random: Random) {
    const dimensions = vectors[0]?.length ?? 1;
    this.#planes = Array.from({ length: bits }, () => ({
      places: Int32Array.from({ length: COORDINATES }, () => random.below(dimensions)),
      signs: Float32Array.from({ length: COORDINATES }, () => (random.next() < 0.5 ? -1 : 1)),
    }));
    const step = Math.max(1, Math.floor(vectors.length / 1_000));
    const sample = vectors.filter((_, at) => at % step === 0);
    this.#middles = this.#planes.map(
      (_, plane) => sample.reduce((sum, vector) => sum + this.#project(vector, plane), 0) / Math.max(1, sample.length),
    );
  }

  #project(vector: Float32Array, plane: number): number {
    const { places, signs } = this.#planes[plane] ?? { places: new Int32Array(0), signs: new Float32Array(0) };
    let sum = 0;
    for (let at = 0; at < places.length; at++) sum += (signs[at] ?? 0) * (vector[places[at] ?? 0] ?? 0);
    return sum;
  }

  keyOf(vector: Float32Array): number {
    let key = 0;
    for (let plane = 0; plane < this.#planes.length; plane++) {
      key = key * 2 + (this.#project(vector, plane) > (this.#middles[plane] ?? 0) ? 1 : 0);
    }
    return key;
  }

  bucketsOf(vectors: readonly Float32Array[]): Map<number, number[]> {
    const buckets = new Map<number, number[]>();
    for (const [index, vector] of vectors.entries()) {
      const key = this.keyOf(vector);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [index]);
      else bucket.push(index);
    }
    return buckets;
  }
}

/** Bits of a key: some eight vectors to a bucket. */
function bitsFor(size: number): number {
  return Math.min(16, Math.max(3, Math.ceil(Math.log2(Math.max(2, size))) - 3));
}

/**
 * Pairs of unit vectors at least `threshold` alike, found by sign random projections (Charikar, 2002) in 12 tables and
 * verified by exact cosine: nothing false is found, and little above the threshold is missed. Ordered by place.
 */
export function findVectorDuplicates(vectors: readonly Float32Array[], threshold: number, seed = 1): VectorPair[] {
  const random = createRandom(seed);
  const found: VectorPair[] = [];
  const seen = new Set<number>();
  const joined = new UnionFind(vectors.length);
  const check = (first: number, second: number): void => {
    const similarity = dot(vectors[first] ?? EMPTY, vectors[second] ?? EMPTY);
    if (similarity < threshold) return;
    seen.add(first * vectors.length + second);
    joined.join(first, second);
    found.push({ first, second, similarity });
  };
  for (let table = 0; table < TABLES; table++) {
    const buckets = new ProjectionTable(vectors, bitsFor(vectors.length), random).bucketsOf(vectors);
    for (const bucket of buckets.values()) {
      const isCrowded = bucket.length > MAX_BUCKET;
      for (let at = 1; at < bucket.length; at++) {
        const second = bucket[at] ?? 0;
        let left = isCrowded ? CROWD_COMPARISONS : bucket.length;
        for (let before = at - 1; before >= 0 && left > 0; before--) {
          const first = bucket[before] ?? 0;
          if (seen.has(first * vectors.length + second)) continue;
          if (isCrowded && joined.find(first) === joined.find(second)) continue;
          left--;
          check(first, second);
        }
      }
    }
  }
  return found.sort((a, b) => a.first - b.first || a.second - b.second);
}

const EMPTY = new Float32Array(0);

/** For each of `vectors` its nearest among `others` when that is at least `threshold` alike; found as in {@link findVectorDuplicates}. */
export function findVectorMatches(
  vectors: readonly Float32Array[],
  others: readonly Float32Array[],
  threshold: number,
  seed = 1,
): VectorPair[] {
  const random = createRandom(seed);
  const best = new Map<number, VectorPair>();
  for (let table = 0; table < TABLES; table++) {
    const projections = new ProjectionTable(others, bitsFor(others.length), random);
    const buckets = projections.bucketsOf(others);
    for (const [first, vector] of vectors.entries()) {
      for (const second of buckets.get(projections.keyOf(vector)) ?? []) {
        const similarity = dot(vector, others[second] ?? EMPTY);
        if (similarity >= Math.max(threshold, best.get(first)?.similarity ?? 0))
          best.set(first, { first, second, similarity });
      }
    }
  }
  return [...best.values()].sort((a, b) => a.first - b.first);
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
