import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { openStore, type StoreOptions } from '../../src/store/open-store.js';

/** A store in a folder of its own. */
export interface TemporaryStore {
  readonly store: KnowledgeStore;
  readonly directory: string;
  dispose(): Promise<void>;
}

/** Opens a store in a fresh temporary folder. */
export async function temporaryStore(options: Partial<StoreOptions> = {}): Promise<TemporaryStore> {
  const directory = await mkdtemp(join(tmpdir(), 'store-'));
  const store = await openStore({ directory, ...options });
  return {
    store,
    directory,
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
