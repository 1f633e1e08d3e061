import { MinHasher, type MinHashShape } from './minhash.js';
import { type DuplicatePair, PairList } from './pair-list.js';
import { runSearch, type Search } from './search.js';
import { jaccard, mixBits, plainWords, shingleHashes } from './shingles.js';
import { OtherSets, UnionFind } from './union-find.js';

const { imul } = Math;

/** Settings of {@link NearDuplicateFinder}. */
export interface NearDuplicateOptions {
  /** Smallest Jaccard similarity that counts, 0..1. Default .72. */
  readonly threshold?: number;
  /** Seed of the hash functions. Default 1. */
  readonly seed?: number;
  readonly shape?: MinHashShape;
}

/** Above it four in five pairs are found with 16 bands of 7 rows, and nearly all from .8. */
export const NEAR_DUPLICATE_THRESHOLD = 0.72;
/** Members of one band's bucket that are compared pairwise; in a larger one each is compared with so many of other groups. */
const MAX_BUCKET = 64;
/** Pairs that were compared and are remembered, so that the next bands need not compare them again. */
const REMEMBERED = 2 ** 20;

/**
 * Finds near-duplicates among texts that are read twice, one by one. The first reading ({@link add}) leaves 60 bytes of
 * each text; only texts that share a band with another are looked at in the second ({@link verify}).
 */
export class NearDuplicateFinder {
  readonly #hasher: MinHasher;
  readonly #threshold: number;
  /** Band keys of one text after another. */
  #keys = new Uint32Array(0);
  #size = 0;
  /** Places of texts without words, which are like nothing. */
  readonly #empty = new Set<number>();
  readonly #sets = new Map<number, Uint32Array>();

  constructor(options: NearDuplicateOptions = {}) {
    this.#hasher = new MinHasher(options.seed ?? 1, options.shape);
    this.#threshold = options.threshold ?? NEAR_DUPLICATE_THRESHOLD;
  }

  /** First reading: adds a text; its place is the number of texts added before. About 0.1 ms for 150 words. */
  add(text: string): void {
    const { bands } = this.#hasher.shape;
    const at = this.#size++;
    if (this.#keys.length < this.#size * bands) {
      const larger = new Uint32Array(Math.max(1_024, 2 * at) * bands);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    const set = shingleHashes(plainWords(text));
    if (set.length === 0) this.#empty.add(at);
    else this.#keys.set(this.#hasher.bandKeys(this.#hasher.sign(set)), at * bands);
  }

  /** Places of texts that share a band with another; the second reading needs no others. */
  suspects(): ReadonlySet<number> {
    const suspects = new Set<number>();
    for (let band = 0; band < this.#hasher.shape.bands; band++) {
      for (const bucket of this.#bucketsOf(band)) for (const at of bucket) suspects.add(at);
    }
    return suspects;
  }

  /** Second reading: the text at the place of a suspect, the same as it was added. */
  verify(place: number, text: string): void {
    this.#sets.set(place, shingleHashes(plainWords(text)));
  }

  /**
   * Pairs of near-duplicates by MinHash LSH, each verified by true Jaccard. Pairs that a longer chain already joins are
   * left out where a bucket is crowded, so the pairs always connect every group but may not list each member with each
   * other. Suspects that were not verified are like nothing. Ordered by first, then second. Yields after some microseconds again
   * and again, so that a caller can do something else or stop.
   */
  *pairs(): Search<PairList> {
    const found = new PairList();
    const compared = new Float64Array(REMEMBERED);
    const joined = new UnionFind(this.#size);
    const check = (first: number, second: number): void => {
      const key = first * this.#size + second;
      const slot = mixBits((imul(first, 0x9e3779b1) + second) | 0) % REMEMBERED;
      if (compared[slot] === key) return;
      compared[slot] = key;
      const similarity = jaccard(this.#sets.get(first) ?? NOTHING, this.#sets.get(second) ?? NOTHING);
      if (similarity < this.#threshold) return;
      found.add({ first, second, similarity });
      joined.join(first, second);
    };
    for (let band = 0; band < this.#hasher.shape.bands; band++) {
      for (const bucket of this.#bucketsOf(band)) yield* compareBucket(bucket, joined, check);
    }
    return found;
  }

  /** Texts with an equal key in one band, those without words left out. */
  #bucketsOf(band: number): Iterable<number[]> {
    const { bands } = this.#hasher.shape;
    const firsts = new Map<number, number>();
    const buckets = new Map<number, number[]>();
    for (let index = 0; index < this.#size; index++) {
      if (this.#empty.has(index)) continue;
      const key = this.#keys[index * bands + band] ?? 0;
      const first = firsts.get(key);
      if (first === undefined) {
        firsts.set(key, index);
        continue;
      }
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [first, index]);
      else bucket.push(index);
    }
    return buckets.values();
  }
}

const NOTHING = new Uint32Array(0);

/** Near-duplicates among texts, see {@link NearDuplicateFinder.pairs}. */
export function findNearDuplicates(texts: readonly string[], options: NearDuplicateOptions = {}): DuplicatePair[] {
  const finder = new NearDuplicateFinder(options);
  for (const text of texts) finder.add(text);
  for (const at of finder.suspects()) finder.verify(at, texts[at] ?? '');
  return [...runSearch(finder.pairs())];
}

/** Compares a small bucket pairwise. In a crowded one each member is compared with members of other groups only. */
function* compareBucket(
  bucket: readonly number[],
  joined: UnionFind,
  check: (first: number, second: number) => void,
): Search<void> {
  const crowd = bucket.length > MAX_BUCKET ? new OtherSets(bucket, joined) : undefined;
  for (let at = 1; at < bucket.length; at++) {
    const second = bucket[at] ?? 0;
    const nextFrom = (place: number): number => crowd?.next(place, second) ?? place;
    yield;
    let compared = 0;
    for (let before = nextFrom(0); before < at && compared < MAX_BUCKET; before = nextFrom(before + 1)) {
      compared++;
      check(bucket[before] ?? 0, second);
    }
  }
}

/** Groups of two or more texts that near-duplicate pairs connect, each ascending, in the order of their first members. */
export function groupPairs(size: number, pairs: Iterable<Pick<DuplicatePair, 'first' | 'second'>>): number[][] {
  const sets = new UnionFind(size);
  for (const { first, second } of pairs) sets.join(first, second);
  return sets.groups().filter((group) => group.length > 1);
}
