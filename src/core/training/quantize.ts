import type { StaticWeights } from '../static-model/onnx-file.js';
import { SPECIAL_TOKENS } from '../static-model/tokenizer-format.js';

/** Largest magnitude of an 8-bit weight; -128 is not used, so that signs are symmetric. */
const LARGEST = 127;

/** Length of the `[CLS]` row: far below any word's, and all that is left in a text without known words. */
const GUARD = 1e-6;

/**
 * Rounds each row to 8 bits with its own scale (its largest magnitude / 127). `[CLS]`, which leads every encoded text,
 * becomes a constant tiny row, so that no text gives a zero vector; the other special rows become zero.
 */
export function quantizeRows(table: Float32Array, dimensions: number): StaticWeights {
  const rows = table.length / dimensions;
  const quantized = new Int8Array(table.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * dimensions;
    let largest = 0;
    for (let at = from; at < from + dimensions; at++) largest = Math.max(largest, Math.abs(table[at] ?? 0));
    const scale = Math.fround(largest / LARGEST);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let at = from; at < from + dimensions; at++) quantized[at] = Math.round((table[at] ?? 0) / scale);
  }
  for (const id of Object.values(SPECIAL_TOKENS)) {
    quantized.fill(0, id * dimensions, (id + 1) * dimensions);
    scales[id] = 0;
  }
  const cls = SPECIAL_TOKENS['[CLS]'];
  quantized.fill(1, cls * dimensions, (cls + 1) * dimensions);
  scales[cls] = GUARD;
  return { dimensions, table: quantized, scales };
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
