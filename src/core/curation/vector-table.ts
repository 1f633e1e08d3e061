import { QuarryError } from '../errors.js';

/** Vectors of one length in one block of memory: a hundred thousand of 256 dimensions take 100 MB and nothing besides. */
export class VectorTable {
  readonly #capacity: number;
  #values = new Float32Array(0);
  #dimensions = 0;
  #length = 0;

  /** @param capacity most vectors that will be added */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A table of these vectors. */
  static of(vectors: readonly Float32Array[]): VectorTable {
    const table = new VectorTable(vectors.length);
    for (const vector of vectors) table.add(vector);
    return table;
  }

  /** Number of vectors. */
  get length(): number {
    return this.#length;
  }

  /** Length of a vector; 0 while there is none. */
  get dimensions(): number {
    return this.#dimensions;
  }

  /** All vectors one after another; unused places at the end are 0. */
  get values(): Float32Array {
    return this.#values;
  }

  /** Copies a vector behind the others. @throws QuarryError EMBEDDING_FAILED when it has another length or the table is full */
  add(vector: Float32Array): void {
    if (this.#dimensions === 0) {
      this.#dimensions = vector.length;
      this.#values = new Float32Array(this.#capacity * vector.length);
    }
    if (vector.length !== this.#dimensions || this.#length === this.#capacity) {
      const about = `${vector.length} after ${this.#length} of ${this.#capacity} vectors of length ${this.#dimensions}`;
      throw new QuarryError('EMBEDDING_FAILED', `A vector of length ${about} does not fit.`, {
        hint: 'Check the embedding model with doctor.',
      });
    }
    this.#values.set(vector, this.#length++ * this.#dimensions);
  }

  /** The vector at a place, as a view. */
  row(at: number): Float32Array {
    return this.#values.subarray(at * this.#dimensions, (at + 1) * this.#dimensions);
  }

  /** Dot product of two of the vectors; their cosine similarity when both are unit vectors. */
  dot(first: number, second: number): number {
    return this.#dotAt(first * this.#dimensions, this.#values, second * this.#dimensions);
  }

  /** Dot product of the vector at a place with another one. */
  dotWith(place: number, vector: Float32Array): number {
    return this.#dotAt(place * this.#dimensions, vector, 0);
  }

  /** Without views of the rows: in a loop over all pairs making them would cost more than the product itself. */
  #dotAt(offset: number, others: Float32Array, otherOffset: number): number {
    const values = this.#values;
    const dimensions = this.#dimensions;
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += (values[offset + at] ?? 0) * (others[otherOffset + at] ?? 0);
    return sum;
  }
}
