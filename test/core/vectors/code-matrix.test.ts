import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cosine } from '../../../src/core/ranking/cosine.js';
import { CodeMatrix } from '../../../src/core/vectors/code-matrix.js';

/** Vectors of any norm, some equal, some zero. */
const vectors = (dimensions: number) =>
  fc.array(fc.float32Array({ minLength: dimensions, maxLength: dimensions, noNaN: true, min: -8, max: 8 }), {
    minLength: 1,
    maxLength: 60,
  });

const shapes = fc
  .integer({ min: 1, max: 70 })
  .chain((dimensions) => fc.tuple(vectors(dimensions), vectors(dimensions)));

function matrixOf(rows: readonly Float32Array[]): CodeMatrix {
  const matrix = new CodeMatrix(rows[0]?.length ?? 1);
  for (const row of rows) matrix.push(row, rows.length);
  return matrix;
}

const everything = (rows: readonly unknown[]): Uint8Array => new Uint8Array(rows.length).fill(1);

describe('CodeMatrix', () => {
  it('orders rows by cosine, within what a code can tell', () => {
    fc.assert(
      fc.property(shapes, ([rows, [query = new Float32Array(1)]]) => {
        const places = matrixOf(rows).nearest(query, rows.length, everything(rows));
        expect([...places].sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
        const cosines = places.map((place) => cosine(query, rows[place] ?? query));
        // Half a step of each of up to 70 numbers.
        const slack = (0.5 / 127) * Math.sqrt(70) * 2;
        for (let at = 1; at < cosines.length; at++)
          expect(cosines[at]).toBeLessThanOrEqual((cosines[at - 1] ?? 0) + slack);
      }),
    );
  });

  it('looks only at admitted rows, and gives the smaller number of equal ones', () => {
    const row = Float32Array.of(1, 2, 3);
    const rows = [row, row, row, row, Float32Array.of(-1, -2, -3)];
    expect(matrixOf(rows).nearest(row, 2, Uint8Array.of(0, 1, 1, 1, 1))).toEqual([1, 2]);
    expect(matrixOf(rows).nearest(row, 9, Uint8Array.of(0, 0, 1, 0, 1))).toEqual([2, 4]);
    expect(matrixOf(rows).nearest(row, 9, new Uint8Array(5))).toEqual([]);
  });

  it('finds a row among many parts', () => {
    const matrix = new CodeMatrix(16);
    const rowOf = (n: number): Float32Array =>
      Float32Array.from({ length: 16 }, (_, at) => Math.sin(n * 12.9898 + at ** 3 * n));
    for (let n = 0; n < 5_000; n++) matrix.push(rowOf(n));
    for (const n of [0, 1_023, 1_024, 4_999])
      expect(matrix.nearest(rowOf(n), 10, new Uint8Array(5_000).fill(1))).toContain(n);
    expect(matrix.rows).toBe(5_000);
  });

  it('sums the longest vectors without overflow', () => {
    const row = new Float32Array(4_096).fill(1);
    const opposite = row.map((number) => -number);
    expect(matrixOf([opposite, row]).nearest(row, 2, Uint8Array.of(1, 1))).toEqual([1, 0]);
  });
});
