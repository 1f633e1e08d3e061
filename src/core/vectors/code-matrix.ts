import { dot } from '../ranking/cosine.js';
import { BestFew } from './best-few.js';
import { type CodeRows, createCodeRows } from './scan-kernel.js';

/** Largest code of a number of a row, and of a query: products of both, summed over 4,096 numbers, stay below 2^31. */
const ROW_CODES = 127;
const QUERY_CODES = 4_095;
/** Rows of the smallest and the largest part. */
const FEWEST_ROWS = 1_024;
const MOST_ROWS = 65_536;
/** Most rows that lie in memory in one piece. */
export const MOST_TOGETHER = MOST_ROWS;
/** Has no common factor with the codes of a query, so that what a code counts for in a check differs from place to place. */
const CHECK_STEP = 2_654;

interface Part {
  readonly rows: CodeRows;
  readonly capacity: number;
  /** Number of its first row among those of all parts. */
  readonly first: number;
  used: number;
}

/** Rows of codes in one piece of memory. */
export interface CodedRows {
  /** What the sum of products of a row is to be multiplied with. */
  readonly scales: Float32Array;
  /** The codes of each row, from a multiple of 16 bytes on. */
  readonly codes: Int8Array;
  /** A number for each row that tells codes, or a scale, that are not what they were: their product with a fixed query. */
  checks(): Float32Array;
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

  /** Adds a row of another matrix of as many dimensions. */
  pushFrom(other: CodeMatrix, row: number, expected = 1): void {
    const from = other.#parts.findLast(({ first }) => first <= row);
    if (from === undefined) return;
    const at = row - from.first;
    const part = this.#partFor(expected);
    const { rows, used } = part;
    rows.codes.set(from.rows.codes.subarray(at * rows.stride, (at + 1) * rows.stride), used * rows.stride);
    rows.scales[used] = from.rows.scales[at] ?? 0;
    part.used += 1;
    this.#rows += 1;
  }

  /** Room for so many rows at once, 1 to {@link MOST_TOGETHER}, which whoever asks fills with what {@link parts} gave. */
  adopt(rows: number): CodedRows {
    const part = { rows: createCodeRows(rows, this.#dimensions), capacity: rows, first: this.#rows, used: rows };
    this.#parts.push(part);
    this.#rows += rows;
    return viewOf(part);
  }

  /** All rows as they lie in memory, in their order: to be copied, not to be kept. */
  parts(): CodedRows[] {
    return this.#parts.map(viewOf);
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

function viewOf({ rows, used }: Part): CodedRows {
  return {
    scales: rows.scales.subarray(0, used),
    codes: rows.codes.subarray(0, used * rows.stride),
    checks: () => {
      for (let at = 0; at < rows.query.length; at++) rows.query[at] = ((at * CHECK_STEP) % QUERY_CODES) + 1;
      rows.scan(used);
      return rows.scores.slice(0, used);
    },
  };
}

/** Writes whole numbers up to `most` in proportion to the vector; gives what they are to be multiplied with. */
function encode(vector: Float32Array, into: Int8Array | Int16Array, most: number): number {
  let largest = 0;
  for (let at = 0; at < vector.length; at++) largest = Math.max(largest, Math.abs(vector[at] ?? 0));
  const factor = largest === 0 ? 0 : most / largest;
  for (let at = 0; at < vector.length; at++) into[at] = Math.round((vector[at] ?? 0) * factor);
  return factor === 0 ? 0 : 1 / factor;
}
