import { dot } from '../ranking/cosine.js';
import { BestFew } from './best-few.js';
import { type CodeRows, createCodeRows } from './scan-kernel.js';

/** Largest code of a number of a row, and of a query: products of both, summed over 4,096 numbers, stay below 2^31. */
const ROW_CODES = 127;
const QUERY_CODES = 4_095;
/** Rows of the smallest and the largest part. */
const FEWEST_ROWS = 1_024;
const MOST_ROWS = 65_536;

interface Part {
  readonly rows: CodeRows;
  readonly capacity: number;
  /** Number of its first row among those of all parts. */
  readonly first: number;
  used: number;
}

/**
 * Vectors as rows of signed bytes, to be scanned for the nearest: a quarter of the memory of 32-bit numbers and several
 * times as fast to read. Of unit vectors of 256 numbers the similarity is off by some .0005, so the best few are to be
 * compared exactly. Rows are never changed; those that are gone are passed over.
 */
export class CodeMatrix {
  readonly #dimensions: number;
  readonly #parts: Part[] = [];
  #rows = 0;

  /** @param dimensions numbers of a vector, 1 to 4,096 */
  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#parts.reduce((sum, { rows, capacity }) => sum + capacity * (rows.stride + 8), 0);
  }

  /**
   * Adds vectors of any length above 0; a zero vector is near to nothing.
   * @param expected how many are to come in all, so that they are kept together
   */
  push(vector: Float32Array, expected = 1): void {
    const part = this.#partFor(expected);
    const { rows, used } = part;
    const scale = encode(vector, rows.codes.subarray(used * rows.stride), ROW_CODES);
    const norm = Math.sqrt(dot(vector, vector));
    rows.scales[used] = norm === 0 ? 0 : scale / norm;
    part.used += 1;
    this.#rows += 1;
  }

  /**
   * Numbers of the rows that are nearest by cosine, best first, by their codes.
   * @param count how many, at most
   * @param admitted one byte a row, as far as it reaches: only rows with another value than 0 are looked at
   */
  nearest(query: Float32Array, count: number, admitted: Uint8Array): number[] {
    const best = new BestFew(count);
    for (const { rows, first, used } of this.#parts) {
      encode(query, rows.query, QUERY_CODES);
      rows.scan(used);
      const { scores } = rows;
      let threshold = best.threshold;
      for (let at = 0; at < used; at++) {
        const score = scores[at] ?? 0;
        if (score <= threshold || (admitted[first + at] ?? 0) === 0) continue;
        best.add(first + at, score);
        threshold = best.threshold;
      }
    }
    return best.items();
  }

  #partFor(expected: number): Part {
    const last = this.#parts.at(-1);
    if (last !== undefined && last.used < last.capacity) return last;
    const capacity = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, expected));
    const part = { rows: createCodeRows(capacity, this.#dimensions), capacity, first: this.#rows, used: 0 };
    this.#parts.push(part);
    return part;
  }
}

/** Writes whole numbers up to `most` in proportion to the vector; gives what they are to be multiplied with. */
function encode(vector: Float32Array, into: Int8Array | Int16Array, most: number): number {
  let largest = 0;
  for (let at = 0; at < vector.length; at++) largest = Math.max(largest, Math.abs(vector[at] ?? 0));
  const factor = largest === 0 ? 0 : most / largest;
  for (let at = 0; at < vector.length; at++) into[at] = Math.round((vector[at] ?? 0) * factor);
  return factor === 0 ? 0 : 1 / factor;
}
