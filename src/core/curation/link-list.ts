/** Why two examples must not be torn apart. */
export const LINK_KINDS = ['same-document', 'same-uri', 'near-duplicate', 'same-query'] as const;
/** One of {@link LINK_KINDS}. */
export type LinkKind = (typeof LINK_KINDS)[number];

/** Two examples that belong into one split. */
export interface ExampleLink {
  readonly first: number;
  readonly second: number;
  readonly kind: LinkKind;
}

const FIRST_CAPACITY = 1_024;

/** Links in the order in which they were added, nine bytes each: groups of near-copies have millions. */
export class LinkList implements Iterable<ExampleLink> {
  /** First and second of one link after another. */
  #ends = new Uint32Array(2 * FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #size = 0;

  /** Adds a link at the end. */
  add({ first, second, kind }: ExampleLink): void {
    if (this.#size === this.#kinds.length) this.#grow();
    this.#ends[2 * this.#size] = first;
    this.#ends[2 * this.#size + 1] = second;
    this.#kinds[this.#size++] = LINK_KINDS.indexOf(kind);
  }

  *[Symbol.iterator](): Generator<ExampleLink> {
    for (let at = 0; at < this.#size; at++) {
      const kind = LINK_KINDS[this.#kinds[at] ?? 0] ?? 'same-document';
      yield { first: this.#ends[2 * at] ?? 0, second: this.#ends[2 * at + 1] ?? 0, kind };
    }
  }

  #grow(): void {
    const ends = new Uint32Array(2 * this.#ends.length);
    ends.set(this.#ends);
    const kinds = new Uint8Array(2 * this.#kinds.length);
    kinds.set(this.#kinds);
    [this.#ends, this.#kinds] = [ends, kinds];
  }
}
