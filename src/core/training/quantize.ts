import type { StaticWeights } from '../static-model/onnx-file.js';
import { SPECIAL_TOKENS } from '../static-model/tokenizer-format.js';

/** Largest magnitude of an entry; the lowest number of each width is not used, so that signs are symmetric. */
const LARGEST = { 4: 7, 8: 127 } as const;

/**
 * Scales tried for a 4-bit row, as shares of the one that reaches its largest entry: cutting off a few large entries
 * rounds all others finer.
 */
const TRIED_SHARES = [1, 0.9, 0.8, 0.7, 0.6];

/** Length of the `[CLS]` row: far below any word's, and all that is left in a text without known words. */
const GUARD = 1e-6;

/**
 * Rounds each row to 8 or 4 bits with its own scale: the one that reaches its largest entry, or for 4 bits the best of a
 * few smaller ones. `[CLS]`, which leads every encoded text, becomes a constant tiny row, so that no text gives a zero
 * vector; the other special rows become zero.
 */
export function quantizeRows(table: Float32Array, dimensions: number, bits: 4 | 8 = 8): StaticWeights {
  const quantized = new Int8Array(table.length);
  const scales = new Float32Array(table.length / dimensions);
  for (const row of scales.keys()) {
    const from = row * dimensions;
    const entries = table.subarray(from, from + dimensions);
    const scale = bestScale(entries, LARGEST[bits], bits === 8 ? [1] : TRIED_SHARES);
    scales[row] = scale;
    if (scale > 0)
      for (let d = 0; d < dimensions; d++) quantized[from + d] = round(entries[d] ?? 0, scale, LARGEST[bits]);
  }
  for (const id of Object.values(SPECIAL_TOKENS)) {
    quantized.fill(0, id * dimensions, (id + 1) * dimensions);
    scales[id] = 0;
  }
  const cls = SPECIAL_TOKENS['[CLS]'];
  quantized.fill(1, cls * dimensions, (cls + 1) * dimensions);
  scales[cls] = GUARD;
  return { dimensions, bits, table: quantized, scales };
}

function round(entry: number, scale: number, largest: number): number {
  return Math.max(-largest, Math.min(largest, Math.round(entry / scale)));
}

function bestScale(entries: Float32Array, largest: number, shares: readonly number[]): number {
  let reach = 0;
  for (let d = 0; d < entries.length; d++) reach = Math.max(reach, Math.abs(entries[d] ?? 0));
  if (reach === 0) return 0;
  if (shares.length === 1) return Math.fround(reach / largest);
  let best = { scale: 0, error: Number.POSITIVE_INFINITY };
  for (const share of shares) {
    const scale = Math.fround((reach * share) / largest);
    let error = 0;
    for (let d = 0; d < entries.length; d++) {
      const entry = entries[d] ?? 0;
      error += (entry - scale * round(entry, scale, largest)) ** 2;
    }
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

/** The rows in single precision, special ones as zeros: where a fine-tuning starts. */
export function dequantizeRows({ table, scales, dimensions }: StaticWeights): Float32Array {
  const rows = new Float32Array(table.length);
  scales.forEach((scale, row) => {
    for (let at = row * dimensions; at < (row + 1) * dimensions; at++) rows[at] = scale * (table[at] ?? 0);
  });
  for (const id of Object.values(SPECIAL_TOKENS)) rows.fill(0, id * dimensions, (id + 1) * dimensions);
  return rows;
}
