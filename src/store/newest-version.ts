import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { newestNamed, VERSIONS_FOLDER } from './manifests.js';

/** A folder that changed less long ago may change once more without showing it: some file systems tell times in steps of two seconds. */
const SETTLED_MS = 3_000;

/** What a table's newest version was when it was last looked up. */
interface Look {
  /** When the folder of versions was changed last before that, in nanoseconds. */
  readonly changedNs: bigint;
  readonly version: number;
}

/**
 * The newest version of each table, which every commit of any process changes. A commit puts a file into the folder of the
 * table's versions, named by the version. While that folder is as it was, and was not changed just before the last look, its
 * names need not be read. The engine takes a hundred times as long and waits for whatever it is busy with; it is asked only
 * where there are no such names.
 */
export class NewestVersions {
  readonly #looks = new WeakMap<Table, Look>();
  /** What the disk said of a folder just now. */
  readonly #changes = new Map<string, bigint | undefined>();

  /** @param folder of the table */
  async of(table: Table, folder: string): Promise<number> {
    const nowMs = Date.now();
    const changedNs = this.#changeOf(folder);
    const look = this.#looks.get(table);
    if (look !== undefined && look.changedNs === changedNs) return look.version;
    const version = newestNamed(folder) ?? (await table.version());
    const isSettled = changedNs !== undefined && nowMs - Number(changedNs / 1_000_000n) > SETTLED_MS;
    if (isSettled) this.#looks.set(table, { changedNs, version });
    return version;
  }

  /**
   * Calls that follow each other without any waiting, as those of the legs of a search, share one look at the disk: nothing
   * can have been written between them that any of them would have to see.
   */
  #changeOf(folder: string): bigint | undefined {
    if (this.#changes.has(folder)) return this.#changes.get(folder);
    const changedNs = changeOf(folder);
    this.#changes.set(folder, changedNs);
    process.nextTick(() => this.#changes.delete(folder));
    return changedNs;
  }
}

/** When anything was added to or taken from the versions of a table; undefined where that cannot be told. */
function changeOf(tableFolder: string): bigint | undefined {
  try {
    return statSync(join(tableFolder, VERSIONS_FOLDER), { bigint: true }).mtimeNs;
  } catch {
    return undefined; // the engine says what is wrong
  }
}
