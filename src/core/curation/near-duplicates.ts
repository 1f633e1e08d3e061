import { MinHasher, type MinHashShape } from './minhash.js';
import { jaccard, plainWords, shingleHashes } from './shingles.js';
import { UnionFind } from './union-find.js';

/** Two texts that are nearly the same, checked by their true Jaccard similarity. */
export interface DuplicatePair {
  /** Places in the list of texts, `first < second`. */
  readonly first: number;
  readonly second: number;
  /** Jaccard similarity of their 5-gram sets, 0..1. */
  readonly similarity: number;
}

/** Settings of {@link findNearDuplicates}. */
export interface NearDuplicateOptions {
  /** Smallest Jaccard similarity that counts, 0..1. Default .72. */
  readonly threshold?: number;
  /** Seed of the hash functions. Default 1. */
  readonly seed?: number;
  readonly shape?: MinHashShape;
  /** Called now and then with the number of texts hashed. */
  readonly onProgress?: (done: number) => void;
}

/** Where half of all pairs of that similarity are found with 14 bands of 8 rows. */
export const NEAR_DUPLICATE_THRESHOLD = 0.72;
/** Members of one band's bucket that are compared pairwise; later ones only with the bucket's first members. */
const MAX_BUCKET = 64;

/**
 * Pairs of near-duplicate texts by MinHash LSH, each verified by true Jaccard. Pairs that a longer chain already joins are
 * left out where a bucket is crowded, so the pairs always connect every group but may not list each member with each other.
 * Ordered by first, then second.
 */
export function findNearDuplicates(texts: readonly string[], options: NearDuplicateOptions = {}): DuplicatePair[] {
  const threshold = options.threshold ?? NEAR_DUPLICATE_THRESHOLD;
  const hasher = new MinHasher(options.seed ?? 1, options.shape);
  const sets: Uint32Array[] = [];
  const keys: Uint32Array[] = [];
  for (const [index, text] of texts.entries()) {
    const set = shingleHashes(plainWords(text));
    sets.push(set);
    keys.push(hasher.bandKeys(hasher.sign(set)));
    if (index % 1_000 === 0) options.onProgress?.(index);
  }
  const found: DuplicatePair[] = [];
  const seen = new Set<number>();
  const joined = new UnionFind(texts.length);
  const check = (first: number, second: number): boolean => {
    const key = first * texts.length + second;
    if (seen.has(key)) return false;
    seen.add(key);
    const similarity = jaccard(sets[first] ?? new Uint32Array(0), sets[second] ?? new Uint32Array(0));
    if (similarity < threshold) return false;
    found.push({ first, second, similarity });
    return joined.join(first, second);
  };
  for (let band = 0; band < hasher.shape.bands; band++) {
    for (const bucket of bucketsOf(keys, sets, band)) compareBucket(bucket, joined, check);
  }
  return found.sort((a, b) => a.first - b.first || a.second - b.second);
}

/** Texts with an equal key in one band, those without words left out. */
function bucketsOf(keys: readonly Uint32Array[], sets: readonly Uint32Array[], band: number): number[][] {
  const firsts = new Map<number, number>();
  const buckets = new Map<number, number[]>();
  for (let index = 0; index < keys.length; index++) {
    if ((sets[index]?.length ?? 0) === 0) continue;
    const key = keys[index]?.[band] ?? 0;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, index);
      continue;
    }
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [first, index]);
    else bucket.push(index);
  }
  return [...buckets.values()];
}

/** Compares a small bucket pairwise. In a crowded one each member is compared with members of other groups first. */
function compareBucket(
  bucket: readonly number[],
  joined: UnionFind,
  check: (first: number, second: number) => boolean,
): void {
  const isCrowded = bucket.length > MAX_BUCKET;
  for (let second = 1; second < bucket.length; second++) {
    const b = bucket[second] ?? 0;
    let compared = 0;
    for (let first = 0; first < second && compared < MAX_BUCKET; first++) {
      const a = bucket[first] ?? 0;
      if (isCrowded && joined.find(a) === joined.find(b)) continue;
      compared++;
      check(a, b);
    }
  }
}

/** Groups of two or more texts that near-duplicate pairs connect, each ascending, in the order of their first members. */
export function groupPairs(size: number, pairs: readonly Pick<DuplicatePair, 'first' | 'second'>[]): number[][] {
  const sets = new UnionFind(size);
  for (const { first, second } of pairs) sets.join(first, second);
  return sets.groups().filter((group) => group.length > 1);
}
