import { sha256 } from '../identity.js';

/** A map on query vectors: `q' = (q + back^T (into q)) / norm`. A diagonal one looks at one dimension and moves that. */
export interface QueryAdapter {
  readonly form: 'low-rank' | 'diagonal';
  readonly dimensions: number;
  /** Directions that it looks along; 1 for a diagonal. */
  readonly rank: number;
  /** `rank x dimensions`, row-major: what of a query is looked at. For a diagonal the factors, less 1. */
  readonly into: Float32Array;
  /** `rank x dimensions`, row-major: where each moves it; empty for a diagonal. */
  readonly back: Float32Array;
}

/** The vector to search with, of length 1; the query's own where the map leaves nothing of it. */
export function applyAdapter(vector: Float32Array, adapter: QueryAdapter): Float32Array {
  const moved = Float64Array.from(vector);
  if (adapter.form === 'diagonal') scale(moved, vector, adapter.into);
  else move(moved, vector, adapter);
  let squares = 0;
  for (const value of moved) squares += value * value;
  if (!(squares > 0) || !Number.isFinite(squares)) return vector;
  const norm = Math.sqrt(squares);
  return Float32Array.from(moved, (value) => value / norm);
}

function scale(moved: Float64Array, vector: Float32Array, factors: Float32Array): void {
  for (let d = 0; d < moved.length; d++) moved[d] = (vector[d] ?? 0) * (1 + (factors[d] ?? 0));
}

function move(moved: Float64Array, vector: Float32Array, { dimensions, rank, into, back }: QueryAdapter): void {
  for (let r = 0; r < rank; r++) {
    const from = r * dimensions;
    let weight = 0;
    for (let d = 0; d < dimensions; d++) weight += (into[from + d] ?? 0) * (vector[d] ?? 0);
    for (let d = 0; d < dimensions; d++) moved[d] = (moved[d] ?? 0) + weight * (back[from + d] ?? 0);
  }
}

/** sha256 of the numbers: equal maps have equal hashes. */
export function adapterHash({ form, dimensions, rank, into, back }: QueryAdapter): string {
  return sha256(`${form} ${dimensions} ${rank} ${encodeNumbers(into)} ${encodeNumbers(back)}`);
}

/** Numbers as base64 of their little-endian bytes. */
export function encodeNumbers(numbers: Float32Array): string {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((value, at) => {
    bytes.writeFloatLE(value, at * 4);
  });
  return bytes.toString('base64');
}

/** What {@link encodeNumbers} wrote. */
export function decodeNumbers(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(at * 4));
}
