/** Keeps the best few of many scored items: a binary heap with the worst kept one at its top. */
export class BestFew {
  readonly #count: number;
  readonly #scores: Float64Array;
  readonly #items: Float64Array;
  #size = 0;

  /** @param count how many are kept, 1 or more */
  constructor(count: number) {
    this.#count = count;
    this.#scores = new Float64Array(count);
    this.#items = new Float64Array(count);
  }

  /** An item is kept only with a higher score than this. */
  get threshold(): number {
    return this.#size < this.#count ? Number.NEGATIVE_INFINITY : (this.#scores[0] ?? 0);
  }

  add(item: number, score: number): void {
    if (this.#size < this.#count) {
      this.#size += 1;
      this.#rise(this.#size - 1, item, score);
    } else if (score > this.threshold) this.#sink(item, score);
  }

  /** The kept items, best first; of equal scores those with the smaller number. */
  items(): number[] {
    const kept = Array.from({ length: this.#size }, (_, at) => ({
      item: this.#items[at] ?? 0,
      score: this.#scores[at] ?? 0,
    }));
    return kept.sort((a, b) => b.score - a.score || a.item - b.item).map(({ item }) => item);
  }

  #rise(from: number, item: number, score: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#scores[parent] ?? 0) <= score) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, item, score);
  }

  #sink(item: number, score: number): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#size) break;
      const right = left + 1;
      const child = right < this.#size && (this.#scores[right] ?? 0) < (this.#scores[left] ?? 0) ? right : left;
      if ((this.#scores[child] ?? 0) >= score) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, item, score);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#items[from] ?? 0, this.#scores[from] ?? 0);
  }

  #put(at: number, item: number, score: number): void {
    this.#items[at] = item;
    this.#scores[at] = score;
  }
}
