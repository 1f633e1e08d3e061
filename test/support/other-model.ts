import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOnnx, type StaticWeights, writeOnnx } from '../../src/core/static-model/onnx-file.js';

const BUNDLED = ['../../../models/', '../../models/'].map((path) =>
  fileURLToPath(new URL(`${path}quarry-embed-v1`, import.meta.url)),
);
const WEIGHTS = join('onnx', 'model_quantized.onnx');

/** How another model differs from the bundled one. */
export type Difference = 'turned round' | 'shorter' | 'zero';

/**
 * A static model in a folder of its own, made of the bundled one. `turned round`: every vector points the other way, so that
 * vectors of both, mixed, put the best last. `shorter`: half the dimensions. `zero`: no vectors at all, which no self-test passes.
 */
export async function writeOtherModel(folder: string, difference: Difference): Promise<string> {
  for (const bundled of BUNDLED) await cp(bundled, folder, { recursive: true }).catch(() => undefined);
  const file = join(folder, WEIGHTS);
  await writeFile(file, writeOnnx(change(readOnnx(await readFile(file)), difference)));
  return folder;
}

function change(weights: StaticWeights, difference: Difference): StaticWeights {
  const { dimensions, scales, table } = weights;
  if (difference === 'turned round') return { ...weights, table: table.map((entry) => -entry) };
  if (difference === 'zero') return { ...weights, table: table.map(() => 0) };
  const kept = dimensions / 2;
  const half = new Int8Array(scales.length * kept);
  for (let row = 0; row < scales.length; row++)
    half.set(table.subarray(row * dimensions, row * dimensions + kept), row * kept);
  return { ...weights, dimensions: kept, table: half };
}
