import { QuarryError } from '../core/errors.js';

/**
 * One L2-normalised vector from the vectors of `tokens` tokens, row by row in `data`: their mean, the first or the last. Where they
 * cancel out, a constant unit vector; never NaN.
 * @throws QuarryError EMBEDDING_FAILED when the model gave something that is no number
 */
export function poolTokens(data: ArrayLike<number>, tokens: number, pooling: 'mean' | 'cls' | 'last'): Float32Array {
  const dimensions = Math.floor(data.length / tokens);
  const sum = new Float64Array(dimensions);
  const first = pooling === 'last' ? tokens - 1 : 0;
  const last = pooling === 'cls' ? 0 : tokens - 1;
  for (let token = first; token <= last; token++) {
    const offset = token * dimensions;
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] ?? 0) + (data[offset + at] ?? 0);
  }
  return normalizeVector(sum);
}

const SMALLEST_NORM = 1e-12;

/** The unit vector of the same direction; a constant one for a zero vector. @throws QuarryError EMBEDDING_FAILED */
export function normalizeVector(vector: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += (vector[at] ?? 0) ** 2;
  if (!Number.isFinite(squares)) {
    throw new QuarryError('EMBEDDING_FAILED', 'The model gave a vector that holds no numbers.', {
      hint: 'Its weights are damaged or overflow in this dtype: try QUARRY_MODEL_DTYPE=fp32.',
    });
  }
  const norm = Math.sqrt(squares);
  if (norm < SMALLEST_NORM) return new Float32Array(vector.length).fill(1 / Math.sqrt(vector.length));
  return Float32Array.from(vector, (entry) => entry / norm);
}
