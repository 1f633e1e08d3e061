import { dot } from '../ranking/cosine.js';
import { createRandom, type Random } from '../training/random.js';
import type { Search } from './search.js';
import { OtherSets, UnionFind } from './union-find.js';
import type { VectorTable } from './vector-table.js';

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
  readonly #bits: number;
  /** Of each plane in turn, the coordinates that it adds up, and their signs. */
  readonly #places: Int32Array;
  readonly #signs: Float32Array;
  readonly #middles: Float64Array;

  constructor(vectors: VectorTable, bits: number, random: Random) {
    this.#bits = bits;
    this.#places = new Int32Array(bits * COORDINATES);
    this.#signs = new Float32Array(bits * COORDINATES);
    const dimensions = Math.max(1, vectors.dimensions);
    for (let plane = 0; plane < bits; plane++) {
      const from = plane * COORDINATES;
      for (let at = 0; at < COORDINATES; at++) this.#places[from + at] = random.below(dimensions);
      for (let at = 0; at < COORDINATES; at++) this.#signs[from + at] = random.next() < 0.5 ? -1 : 1;
    }
    this.#middles = this.#measureMiddles(vectors);
  }

  #measureMiddles(vectors: VectorTable): Float64Array {
    const middles = new Float64Array(this.#bits);
    const step = Math.max(1, Math.floor(vectors.length / 1_000));
    const sampled = Math.max(1, Math.ceil(vectors.length / step));
    for (let plane = 0; plane < this.#bits; plane++) {
      let sum = 0;
      for (let at = 0; at < vectors.length; at += step)
        sum += this.#project(vectors.values, at * vectors.dimensions, plane);
      middles[plane] = sum / sampled;
    }
    return middles;
  }

  #project(values: Float32Array, offset: number, plane: number): number {
    const end = (plane + 1) * COORDINATES;
    let sum = 0;
    for (let at = plane * COORDINATES; at < end; at++) {
      sum += (this.#signs[at] ?? 0) * (values[offset + (this.#places[at] ?? 0)] ?? 0);
    }
    return sum;
  }

  /** Key of the vector that begins at `offset` in `values`, at least 0 and below 2^bits. */
  keyOf(values: Float32Array, offset = 0): number {
    let key = 0;
    for (let plane = 0; plane < this.#bits; plane++) {
      key = key * 2 + (this.#project(values, offset, plane) > (this.#middles[plane] ?? 0) ? 1 : 0);
    }
    return key;
  }

  bucketsOf(vectors: VectorTable): Buckets {
    const keys = Int32Array.from({ length: vectors.length }, (_, at) =>
      this.keyOf(vectors.values, at * vectors.dimensions),
    );
    return new Buckets(keys, 2 ** this.#bits);
  }
}

/** Places by key, sorted by counting: two numbers for each place instead of a list for each key. */
class Buckets {
  readonly #starts: Int32Array;
  readonly #members: Int32Array;
  readonly #keys: Int32Array;

  constructor(keys: Int32Array, size: number) {
    this.#keys = keys;
    this.#starts = new Int32Array(size + 1);
    this.#members = new Int32Array(keys.length);
    const starts = this.#starts;
    for (const key of keys) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
    for (let key = 0; key < size; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
    const next = starts.slice();
    for (const [at, key] of keys.entries()) {
      const place = next[key] ?? 0;
      this.#members[place] = at;
      next[key] = place + 1;
    }
  }

  /** Places with this key, ascending. */
  of(key: number): Int32Array {
    return this.#members.subarray(this.#starts[key] ?? 0, this.#starts[key + 1] ?? 0);
  }

  /** Buckets of two places and more, in the order of their first places. */
  *shared(): Generator<Int32Array> {
    for (const [at, key] of this.#keys.entries()) {
      const start = this.#starts[key] ?? 0;
      if (this.#members[start] === at && (this.#starts[key + 1] ?? 0) - start > 1) yield this.of(key);
    }
  }
}

/** Bits of a key: some eight vectors to a bucket. */
function bitsFor(size: number): number {
  return Math.min(16, Math.max(3, Math.ceil(Math.log2(Math.max(2, size))) - 3));
}

/**
 * For each unit vector that is at least `threshold` alike to an earlier one, the earlier one that it is most alike to.
 * Found by sign random projections (Charikar, 2002) in 12 tables and verified by exact cosine: nothing false is found, and
 * little above the threshold is missed. Yields again and again on the way.
 * @param threshold cosine, above 0
 * @returns in the order of the earliest vector that each is alike to, then of their own places
 */
export function* findVectorDuplicates(vectors: VectorTable, threshold: number, seed = 1): Search<VectorPair[]> {
  const random = createRandom(seed);
  // A crowd of alike texts has millions of pairs; one line for each vector is enough to tell of them.
  const best = new Float64Array(vectors.length);
  const nearest = new Int32Array(vectors.length);
  const earliest = new Int32Array(vectors.length).fill(vectors.length);
  const joined = new UnionFind(vectors.length);
  const check = (first: number, second: number): void => {
    const similarity = vectors.dot(first, second);
    if (similarity < threshold) return;
    joined.join(first, second);
    const known = best[second] ?? 0;
    if (similarity > known || (similarity === known && first < (nearest[second] ?? 0))) {
      best[second] = similarity;
      nearest[second] = first;
    }
    earliest[second] = Math.min(first, earliest[second] ?? first);
  };
  for (let table = 0; table < TABLES; table++) {
    const buckets = new ProjectionTable(vectors, bitsFor(vectors.length), random).bucketsOf(vectors);
    for (const bucket of buckets.shared()) yield* compareBucket(bucket, joined, check);
  }
  const found: VectorPair[] = [];
  for (const [second, similarity] of best.entries()) {
    if (similarity > 0) found.push({ first: nearest[second] ?? 0, second, similarity });
  }
  return found.sort((a, b) => (earliest[a.second] ?? 0) - (earliest[b.second] ?? 0) || a.second - b.second);
}

/** Compares a small bucket pairwise; in a crowded one each member with the latest few of other groups. */
function* compareBucket(
  bucket: Int32Array,
  joined: UnionFind,
  check: (first: number, second: number) => void,
): Search<void> {
  const latestFirst = bucket.slice().reverse();
  const crowd = bucket.length > MAX_BUCKET ? new OtherSets(latestFirst, joined) : undefined;
  const limit = crowd === undefined ? bucket.length : CROWD_COMPARISONS;
  for (let at = bucket.length - 2; at >= 0; at--) {
    const second = latestFirst[at] ?? 0;
    const nextFrom = (place: number): number => crowd?.next(place, second) ?? place;
    yield;
    let compared = 0;
    for (let before = nextFrom(at + 1); before < bucket.length && compared < limit; before = nextFrom(before + 1)) {
      compared++;
      check(latestFirst[before] ?? 0, second);
    }
  }
}

/** A vector's nearest among those of a {@link VectorMatcher}. */
export interface VectorMatch {
  readonly place: number;
  /** Cosine similarity. */
  readonly similarity: number;
}

/** Finds for one unit vector after another its nearest among `others`, in the way of {@link findVectorDuplicates}. */
export class VectorMatcher {
  readonly #others: VectorTable;
  readonly #tables: readonly { readonly projections: ProjectionTable; readonly buckets: Buckets }[];

  constructor(others: VectorTable, seed = 1) {
    const random = createRandom(seed);
    this.#others = others;
    this.#tables = Array.from({ length: TABLES }, () => {
      const projections = new ProjectionTable(others, bitsFor(others.length), random);
      return { projections, buckets: projections.bucketsOf(others) };
    });
  }

  /** The nearest that is at least `threshold` alike; undefined when there is none. */
  match(vector: Float32Array, threshold: number): VectorMatch | undefined {
    let best: VectorMatch | undefined;
    for (const { projections, buckets } of this.#tables) {
      for (const place of buckets.of(projections.keyOf(vector))) {
        const similarity = this.#others.dotWith(place, vector);
        if (similarity >= Math.max(threshold, best?.similarity ?? 0)) best = { place, similarity };
      }
    }
    return best;
  }
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
