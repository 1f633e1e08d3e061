import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { QuarryError, throwIfCancelled } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import type { Embedder } from '../core/ports.js';
import { readOnnx } from '../core/static-model/onnx-file.js';
import { createStaticModel, type StaticModel } from '../core/static-model/static-model.js';
import { tokenizerOf } from '../core/static-model/tokenizer.js';
import { readVocabulary, searchVocabulary } from '../core/static-model/vocabulary.js';
import type { EmbeddingFingerprint } from '../core/types.js';
import { checkVectors, KNOWN_TEXTS } from './self-test.js';

/** Where transformers.js looks for weights of dtype `q8`. */
const WEIGHTS_FILE = join('onnx', 'model_quantized.onnx');
/** Work between two turns of the event loop. */
const SLICE_MS = 8;
/** A static model has no positions, so only the chunk sizes limit its input. */
const MAX_TOKENS = 1_000_000;

/** Where a static model lies. */
export interface StaticModelSource {
  readonly folder: string;
  /** Its name in fingerprints. */
  readonly name: string;
  /** Whether tokenizer and weights are known to be whole and to belong together, as those are that our tests have read. */
  readonly isProven?: boolean;
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readAtOnce(join(folder, file));
  } catch (error) {
    throw new QuarryError('MODEL_UNAVAILABLE', `The model in ${folder} has no readable ${file}.`, {
      hint: 'Install Quarry again, or point QUARRY_MODEL at a whole model folder.',
      cause: error,
    });
  }
}

/** `readFile` asks for half a megabyte at a time, and each time waits for the event loop, which a start keeps busy. */
async function readAtOnce(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const bytes = Buffer.allocUnsafeSlow((await handle.stat()).size);
    for (let read = 0; read < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, read, bytes.length - read, read);
      if (bytesRead === 0) return bytes.subarray(0, read); // It was cut short meanwhile.
      read += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

function parseJson(bytes: Buffer, folder: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new QuarryError('MODEL_UNAVAILABLE', `The tokenizer.json in ${folder} is not valid JSON.`, {
      hint: 'Install Quarry again, or point QUARRY_MODEL at a whole model folder.',
      cause: error,
    });
  }
}

/**
 * Opens a static model (config.json says `"quarry": { "kind": "static" }`) without transformers.js: rows of its table are
 * summed in typed arrays, equal to transformers.js' own pipeline within 1e-6.
 * @throws QuarryError MODEL_UNAVAILABLE
 */
export async function openStaticEmbedder({ folder, name, isProven = false }: StaticModelSource): Promise<Embedder> {
  const [weights, tokenizerFile] = await Promise.all([
    readPart(folder, WEIGHTS_FILE),
    readPart(folder, 'tokenizer.json'),
  ]);
  const parts = readOnnx(weights);
  const searched = isProven ? searchVocabulary(tokenizerFile, parts.scales.length) : undefined;
  const tokenizer = tokenizerOf(searched ?? readVocabulary(parseJson(tokenizerFile, folder)));
  const model = createStaticModel({ tokenizer, ...parts });
  const fingerprint: EmbeddingFingerprint = {
    model: name,
    revision: sha256(weights),
    dtype: 'q8',
    pooling: 'mean',
    queryPrefix: '',
    documentPrefix: '',
    dimensions: model.dimensions,
    normalized: true,
  };
  return {
    fingerprint,
    maxTokens: MAX_TOKENS,
    countTokens: model.countTokens,
    embed: (texts, _kind, signal) => embedInSlices(model, texts, signal),
    selfTest: () => Promise.resolve(checkVectors(KNOWN_TEXTS.map(model.embed), model.dimensions)),
    close: () => Promise.resolve(),
  };
}

/** Embeds on this thread, but lets the event loop turn every few milliseconds. */
async function embedInSlices(
  model: StaticModel,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  let sliceBegan = performance.now();
  for (const text of texts) {
    vectors.push(model.embed(text));
    if (performance.now() - sliceBegan < SLICE_MS) continue;
    await nextTurn();
    throwIfCancelled(signal);
    sliceBegan = performance.now();
  }
  return vectors;
}
