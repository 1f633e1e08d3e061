import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../core/errors.js';
import type { Embedder } from '../core/ports.js';
import { createInference, type Inference, signalForMany } from './inference.js';
import { findModel, type ModelRequest, unavailable, unusable } from './model-folder.js';
import { readModelSettings } from './model-settings.js';
import { loadTokenizer, type ModelTokenizer } from './model-tokenizer.js';
import { checkVectors, KNOWN_TEXTS } from './self-test.js';

/** A model to embed with. */
export interface TransformerRequest extends ModelRequest {
  /** Threads of its process, 1 or more. */
  readonly threads: number;
}

/**
 * Opens a transformer: pooling, prefixes and length by the registry or the model's own files, inference in a process of its own.
 * @throws QuarryError MODEL_UNAVAILABLE
 */
export async function openTransformerEmbedder(request: TransformerRequest): Promise<Embedder> {
  const folder = await findModel(request);
  const settings = await readModelSettings(folder, request);
  const tokenizer = await loadTokenizer(folder, request);
  const inference = createInference(
    { task: 'embed', folder: folder.path, dtype: folder.dtype, pooling: settings.pooling, threads: request.threads },
    (reason) => unavailable(request, reason),
  );
  const prefixes = { query: settings.queryPrefix, document: settings.documentPrefix };
  const embed: Embedder['embed'] = (texts, kind, signal) => {
    const encode = (text: string) => tokenizer.encode(prefixes[kind] + text, settings.maxTokens);
    return embedAll({ inference, encode, urgent: kind === 'query' }, texts, signal);
  };
  const dimensions = await embed(['quarry'], 'query').then(
    ([vector]) => vector?.length ?? 0,
    async (error: unknown) => {
      await inference.close();
      throw unusable(error, request);
    },
  );
  return {
    fingerprint: {
      model: folder.name,
      revision: folder.revision,
      dtype: folder.dtype,
      pooling: settings.pooling,
      queryPrefix: prefixes.query,
      documentPrefix: prefixes.document,
      dimensions,
      normalized: true,
    },
    maxTokens: settings.maxTokens - tokenizer.specialTokens - tokenizer.count(prefixes.document),
    countTokens: tokenizer.count,
    embed,
    selfTest: async () => checkVectors(await embed(KNOWN_TEXTS, 'document'), dimensions),
    close: () => inference.close(),
  };
}

interface Run {
  readonly inference: Inference;
  readonly encode: (text: string) => ReturnType<ModelTokenizer['encode']>;
  readonly urgent: boolean;
}

/** Inputs of one call that wait in the queue at a time: enough to keep the process busy, few enough to hold little memory. */
const QUEUED = 16;

async function embedAll({ inference, encode, urgent }: Run, texts: readonly string[], callersSignal?: AbortSignal) {
  const signal = signalForMany(callersSignal);
  const vectors: Float32Array[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      const at = next++;
      throwIfCancelled(signal);
      vectors[at] = await inference.run(encode(texts[at] ?? ''), { urgent, signal });
      // Tokenising takes a millisecond of this thread per text.
      await nextTurn();
    }
  };
  const workers = Array.from({ length: Math.min(QUEUED, texts.length) }, () =>
    work().catch((error: unknown) => {
      next = texts.length;
      throw error;
    }),
  );
  await Promise.all(workers);
  return vectors;
}
