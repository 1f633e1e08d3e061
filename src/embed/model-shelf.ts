import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LocatedModel, ModelShelf } from '../core/model-port.js';
import { isModelName, localFolder } from './model-folder.js';
import { BUNDLED_MODEL, openEmbedder } from './open-embedder.js';

/** What a shelf of models is made of. */
export interface ModelShelfOptions {
  /** Folder of downloaded models, laid out as `<org>/<name>/`. */
  readonly cacheDir: string;
  /** 0 chooses by the number of cores. */
  readonly threads: number;
}

/** What the bundled model may be called. */
const BUNDLED_NAMES: readonly string[] = ['', 'bundled', BUNDLED_MODEL];

/** The embedding models of this machine. */
export function createModelShelf({ cacheDir, threads }: ModelShelfOptions): ModelShelf {
  return {
    isName: isModelName,
    locate(model, within): LocatedModel | undefined {
      if (BUNDLED_NAMES.includes(model)) return { place: 'bundled', model: '' };
      const folder = localFolder({ model, cacheDir, isCacheOnly: within === 'cache' });
      if (folder === undefined) return undefined;
      const isCached = isModelName(model) && folder === resolve(cacheDir, model);
      return isCached ? { place: 'cache', model } : { place: 'folder', model: folder };
    },
    open: ({ model, dtype, mayDownload }) =>
      openEmbedder({
        model,
        dtype,
        cacheDir,
        threads,
        allowRemote: mayDownload,
        setting: 'model use',
        isCacheOnly: isModelName(model),
      }),
    listCached: () => listModels(cacheDir, ''),
  };
}

/** Folders with a config.json, one or two levels down: `name`, `org/name`. */
async function listModels(cacheDir: string, parent: string): Promise<string[]> {
  const entries = await readdir(join(cacheDir, parent), { withFileTypes: true }).catch(() => []); // Nothing was ever downloaded.
  const names = entries.map((entry) => (parent === '' ? entry.name : `${parent}/${entry.name}`)).sort();
  const found: string[] = [];
  for (const name of names.filter(isModelName)) {
    if (existsSync(join(cacheDir, name, 'config.json'))) found.push(name);
    else if (parent === '') found.push(...(await listModels(cacheDir, name)));
  }
  return found;
}
