import { mixBits } from './shingles.js';

const { imul } = Math;
const FIRST_CAPACITY = 1_024;

/** Two texts that are nearly the same, checked by their true Jaccard similarity. */
export interface DuplicatePair {
  /** Places in the list of texts, `first < second`. */
  readonly first: number;
  readonly second: number;
  /** Jaccard similarity of their 5-gram sets, 0..1. */
  readonly similarity: number;
}

/** Pairs, each once, in some 24 bytes: near-copies come in groups, and a group of 60 has 1,770 pairs. */
export class PairList implements Iterable<DuplicatePair> {
  #firsts = new Uint32Array(FIRST_CAPACITY);
  #seconds = new Uint32Array(FIRST_CAPACITY);
  #similarities = new Float64Array(FIRST_CAPACITY);
  /** Open addressing: place in the list plus one, 0 where there is none; twice the capacity. */
  #slots = new Uint32Array(2 * FIRST_CAPACITY);
  #size = 0;

  /** Adds a pair; nothing happens when it is there already. */
  add({ first, second, similarity }: DuplicatePair): void {
    if (this.#size === this.#firsts.length) this.#grow();
    const slot = this.#slotOf(first, second);
    if (this.#slots[slot] !== 0) return;
    this.#firsts[this.#size] = first;
    this.#seconds[this.#size] = second;
    this.#similarities[this.#size] = similarity;
    this.#slots[slot] = ++this.#size;
  }

  /** By first, then second. */
  *[Symbol.iterator](): Generator<DuplicatePair> {
    const bySecond = sortBy(
      this.#seconds,
      Uint32Array.from({ length: this.#size }, (_, at) => at),
    );
    for (const at of sortBy(this.#firsts, bySecond)) {
      yield {
        first: this.#firsts[at] ?? 0,
        second: this.#seconds[at] ?? 0,
        similarity: this.#similarities[at] ?? 0,
      };
    }
  }

  /** The slot of a pair, or the free one where it belongs. */
  #slotOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = mixBits((imul(first, 0x9e3779b1) + second) | 0) & mask;
    for (;;) {
      const at = (this.#slots[slot] ?? 0) - 1;
      if (at < 0 || (this.#firsts[at] === first && this.#seconds[at] === second)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const capacity = 2 * this.#firsts.length;
    this.#firsts = copyInto(new Uint32Array(capacity), this.#firsts);
    this.#seconds = copyInto(new Uint32Array(capacity), this.#seconds);
    this.#similarities = copyInto(new Float64Array(capacity), this.#similarities);
    this.#slots = new Uint32Array(2 * capacity);
    for (let at = 0; at < this.#size; at++) {
      this.#slots[this.#slotOf(this.#firsts[at] ?? 0, this.#seconds[at] ?? 0)] = at + 1;
    }
  }
}

function copyInto<T extends Uint32Array | Float64Array>(larger: T, values: T): T {
  larger.set(values);
  return larger;
}

/** Places in the order of their keys; equal keys keep the order of the places (counting sort). */
function sortBy(keys: Uint32Array, places: Uint32Array): Uint32Array {
  let highest = 0;
  for (const place of places) highest = Math.max(highest, keys[place] ?? 0);
  const ends = new Uint32Array(highest + 2);
  for (const place of places) {
    const after = (keys[place] ?? 0) + 1;
    ends[after] = (ends[after] ?? 0) + 1;
  }
  for (let key = 1; key < ends.length; key++) ends[key] = (ends[key] ?? 0) + (ends[key - 1] ?? 0);
  const sorted = new Uint32Array(places.length);
  for (const place of places) {
    const key = keys[place] ?? 0;
    const at = ends[key] ?? 0;
    sorted[at] = place;
    ends[key] = at + 1;
  }
  return sorted;
}
