import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toQuarryError } from '../core/errors.js';
import { modelConfig, tokenizerConfig } from '../core/static-model/model-files.js';
import { readOnnx, type StaticWeights, writeOnnx } from '../core/static-model/onnx-file.js';
import { makeFolder } from '../files/make-folder.js';

/** Name of the weights inside a model folder, where transformers.js looks for dtype `q8`. */
export const WEIGHTS_FILE = join('onnx', 'model_quantized.onnx');

/** What a static model's folder holds besides its card. */
export interface ModelFolder {
  /** The parsed tokenizer.json. */
  readonly tokenizerJson: unknown;
  readonly weights: StaticWeights;
}

/** Writes config.json, tokenizer.json, tokenizer_config.json and the ONNX file in the layout that transformers.js loads. */
export async function writeModelFolder(folder: string, { tokenizerJson, weights }: ModelFolder): Promise<void> {
  await makeFolder(join(folder, 'onnx'));
  const config = modelConfig(weights.scales.length, weights.dimensions);
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  await writeFile(join(folder, 'tokenizer_config.json'), `${JSON.stringify(tokenizerConfig(), null, 2)}\n`);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson));
  await writeFile(join(folder, WEIGHTS_FILE), writeOnnx(weights));
}

/**
 * Reads a folder written by {@link writeModelFolder}.
 *
 * @throws QuarryError MODEL_UNAVAILABLE when a file is missing or broken.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  try {
    const tokenizerJson: unknown = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    return { tokenizerJson, weights: readOnnx(await readFile(join(folder, WEIGHTS_FILE))) };
  } catch (error) {
    throw toQuarryError(error, 'MODEL_UNAVAILABLE');
  }
}
