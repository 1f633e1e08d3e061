import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import type { Embedder } from '../core/ports.js';
import { localFolder } from './model-folder.js';
import { modelThreads } from './model-threads.js';
import { openStaticEmbedder } from './static-embedder.js';

/** Name of the model that ships with Quarry. */
export const BUNDLED_MODEL = 'quarry-embed-v1';

/** Which model to open, and how. */
export interface EmbedderOptions {
  /** A name such as `Xenova/bge-small-en-v1.5`, a local folder, or empty for the bundled model. */
  readonly model: string;
  /** Empty for the registry's choice. */
  readonly dtype: string;
  /** Folder of downloaded models, laid out as `<org>/<name>/`. */
  readonly cacheDir: string;
  readonly allowRemote: boolean;
  /** Host that names are looked up on; default the Hugging Face hub. */
  readonly remoteHost?: string;
  /** 0 chooses by the number of cores. */
  readonly threads: number;
  /** What named the model; default the setting. */
  readonly setting?: 'QUARRY_MODEL' | 'model use';
  /** Whether a name is looked up in the cache alone, and not in the folder that the process was started in. */
  readonly isCacheOnly?: boolean;
}

const StaticConfig = z.object({ quarry: z.object({ kind: z.literal('static') }) });

/** The bundled model's folder, beside the compiled sources and beside the written ones. */
function bundledFolder(): string {
  const candidates = ['../../../models/', '../../models/'].map((path) =>
    fileURLToPath(new URL(path + BUNDLED_MODEL, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(join(folder, 'config.json')));
  if (found !== undefined) return found;
  throw new QuarryError('MODEL_UNAVAILABLE', 'The bundled model is missing from this installation.', {
    hint: 'Install Quarry again: models/quarry-embed-v1 belongs to it.',
  });
}

function openBundled(): Promise<Embedder> {
  return openStaticEmbedder({ folder: bundledFolder(), name: BUNDLED_MODEL, isProven: true });
}

async function isStatic(folder: string): Promise<boolean> {
  try {
    return StaticConfig.safeParse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).success;
  } catch (error) {
    throw new QuarryError('MODEL_UNAVAILABLE', `${join(folder, 'config.json')} is missing or no valid JSON.`, {
      hint: 'Name a folder that holds a model, or restore it from a clean copy.',
      cause: error,
    });
  }
}

/**
 * Opens an embedding model: a static one (the bundled one is) in this process, a transformer in a process of its own.
 * @throws QuarryError MODEL_UNAVAILABLE saying how to get the model
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  if (options.model === '' || options.model === BUNDLED_MODEL) return openBundled();
  const folder = localFolder(options);
  if (folder !== undefined && (await isStatic(folder))) return openStaticEmbedder({ folder, name: basename(folder) });
  // Only here: transformers.js takes a third of a second to load, which a static model need not wait for.
  const { openTransformerEmbedder } = await import('./transformer-embedder.js');
  const { setting = 'QUARRY_MODEL' } = options;
  return openTransformerEmbedder({ ...options, setting, threads: modelThreads(options.threads) });
}

/**
 * Opens a static model by its folder, empty for the bundled one.
 * @throws QuarryError MODEL_UNAVAILABLE, also when the folder holds a model of another kind
 */
export async function openStaticModel(
  folder: string,
): Promise<{ readonly folder: string; readonly embedder: Embedder }> {
  if (folder === '' || folder === BUNDLED_MODEL) {
    return { folder: bundledFolder(), embedder: await openBundled() };
  }
  if (await isStatic(folder)) return { folder, embedder: await openStaticEmbedder({ folder, name: basename(folder) }) };
  throw new QuarryError('MODEL_UNAVAILABLE', `${folder} holds no static model.`, {
    hint: 'Only static models can be adapted: the bundled one, or one that train_model made.',
  });
}
