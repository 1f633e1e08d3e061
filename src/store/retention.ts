import type { Table } from '@lancedb/lancedb';
import type { Clock } from '../core/ports.js';
import { type Presence, SILENT_MS } from './presence.js';
import { syncFiles } from './sync-files.js';

/** Reads of a version that was dropped meanwhile are tried so often; each opens the newest version. */
const READ_ATTEMPTS = 5;
/** Times of files and versions are coarse, and the clean-up computes with the time at which it runs. */
const MARGIN_MS = 1000;

/**
 * Says which old versions of a table may go, and drops them.
 *
 * A version may be in use by a reader, and by a writer that is about to commit: LanceDB tells that two writes collide by
 * the versions between them, and goes blind when these have been dropped. So a version stays as long as somebody can have
 * begun to work on it: while this store is the only one that has the folder open, until its own reads that run now have
 * ended; else for {@link SILENT_MS} after it was superseded. Age alone would protect nobody: the version in use may be
 * months old at the moment that it is superseded.
 */
export class Retention {
  readonly #presence: Presence;
  readonly #clock: Clock;
  /** When the reads that run now began. */
  readonly #running = new Map<symbol, number>();
  /** Up to when the files of a table's folder are known to be on the disk. */
  readonly #syncedMs = new Map<string, number>();

  constructor(presence: Presence, clock: Clock) {
    this.#presence = presence;
    this.#clock = clock;
  }

  /**
   * Reads, and again where the version went meanwhile: a process that was paused for long, or that may not write into
   * the folder, is not waited for.
   */
  async read<T>(work: () => Promise<T>): Promise<T> {
    const ticket = Symbol();
    this.#running.set(ticket, Date.now());
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work();
        } catch (error) {
          if (attempt === READ_ATTEMPTS || !isLostVersion(error)) throw error;
        }
      }
    } finally {
      this.#running.delete(ticket);
    }
  }

  /** How many versions of the table may go now. */
  async droppable(table: Table): Promise<number> {
    const { gone } = await this.#split(table);
    return gone;
  }

  /**
   * Folds what LanceDB folds by itself and drops the versions that may go; in a second round what the first one
   * superseded by folding.
   */
  async clean(table: Table, folder: string): Promise<void> {
    for (let round = 0; round < 2; round++) {
      // LanceDB never syncs: of the newest versions one must be on the disk before those that it replaced may go.
      const now = Date.now();
      await syncFiles(folder, this.#syncedMs.get(folder) ?? 0);
      this.#syncedMs.set(folder, now - MARGIN_MS); // times of files are coarse
      const { cutoff } = await this.#split(table);
      const fragments = (await table.stats()).fragmentStats.numFragments;
      // deleteUnverified stays off: with it, files of a commit in progress would go.
      await table.optimize({ cleanupOlderThan: cutoff });
      if ((await table.stats()).fragmentStats.numFragments === fragments) return;
    }
  }

  async #split(table: Table): Promise<{ cutoff: Date; gone: number }> {
    // Read before anybody is counted: who comes later begins with the newest of these.
    const versions = (await table.listVersions()).sort((first, second) => first.version - second.version);
    const since = Math.min(await this.#usedSince(), ...[...this.#running.values()].map((at) => at - MARGIN_MS));
    const current = versions.findLastIndex(({ timestamp }) => timestamp.getTime() <= since);
    const kept = versions.slice(Math.max(0, current)).map(({ timestamp }) => timestamp.getTime());
    const cutoff = Math.min(...kept); // not simply the first: a machine's clock may have been set back
    return {
      cutoff: new Date(cutoff),
      gone: versions.filter(({ timestamp }) => timestamp.getTime() < cutoff).length,
    };
  }

  /** Versions that were current at this time, or later, may be in use. */
  async #usedSince(): Promise<number> {
    return (await this.#presence.isAlone()) ? Number.POSITIVE_INFINITY : Date.parse(this.#clock.now()) - SILENT_MS;
  }
}

/** Whether a file that a version consists of was not there: dropped since the version was opened, or lost. */
export function isLostVersion(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? ` ${String(error.cause)}` : '';
  return /not found|no such file/i.test(`${String(error)}${cause}`);
}
