import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import type { Embedder } from '../core/ports.js';
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
  /** 0 chooses by the number of cores. */
  readonly threads: number;
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

/** The folder that holds the model on this machine, if it is here. */
function localFolder({ model, cacheDir }: EmbedderOptions): string | undefined {
  if (model === '' || model === BUNDLED_MODEL) return bundledFolder();
  return [resolve(model), join(cacheDir, model)].find((folder) => existsSync(join(folder, 'config.json')));
}

async function isStatic(folder: string): Promise<boolean> {
  try {
    return StaticConfig.safeParse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).success;
  } catch (error) {
    throw new QuarryError('MODEL_UNAVAILABLE', `${join(folder, 'config.json')} is not valid JSON.`, {
      hint: 'Restore the model folder from a clean copy.',
      cause: error,
    });
  }
}

/**
 * Opens an embedding model.
 * @throws QuarryError MODEL_UNAVAILABLE saying how to get the model
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const folder = localFolder(options);
  if (folder !== undefined && (await isStatic(folder)))
    return openStaticEmbedder(folder, options.model === '' ? BUNDLED_MODEL : basename(folder));
  throw new QuarryError('MODEL_UNAVAILABLE', `The model ${JSON.stringify(options.model)} cannot be opened.`, {
    hint: 'Unset QUARRY_MODEL to use the bundled model.',
  });
}
