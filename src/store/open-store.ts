import { join, resolve } from 'node:path';
import type { Clock, KnowledgeStore } from '../core/ports.js';
import { makeFolder } from '../files/make-folder.js';
import { Database } from './database.js';
import { type Migration, migrate, readFormat, refuseNewerFormat } from './format.js';
import { LanceStore } from './lance-store.js';
import { LEASE_FOLDER, WriterLease } from './lease.js';
import { initial } from './migrations/0001-initial.js';
import { PRESENCE_FOLDER, Presence } from './presence.js';
import { Retention } from './retention.js';
import { defaultVectorPolicy, type VectorPolicy } from './vector-index.js';
import { Writer } from './writer.js';

/** All steps of the format, oldest first. */
const MIGRATIONS: readonly Migration[] = [initial];

/** How a store is opened. */
export interface StoreOptions {
  /** Folder of one workspace's database; created where missing. */
  readonly directory: string;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** How long a write waits for another process to finish writing, in milliseconds. Default 15,000. */
  readonly lockWaitMs?: number;
  /** When an approximate vector index is built and used. */
  readonly vectorPolicy?: Partial<VectorPolicy>;
  /** Steps of the format; for tests. */
  readonly migrations?: readonly Migration[];
}

const systemClock: Clock = {
  now: () => new Date().toISOString(),
  elapsedMs: () => performance.now(),
};

/**
 * Opens the database of one workspace. A folder that cannot be written can still be searched.
 * @throws QuarryError MACHINE_UNSUPPORTED, PATH_UNREADABLE, STORE_BROKEN (also for a newer format), STORE_LOCKED while
 * another process creates or migrates it
 */
export async function openStore(options: StoreOptions): Promise<KnowledgeStore> {
  const directory = resolve(options.directory);
  const clock = options.clock ?? systemClock;
  const migrations = options.migrations ?? MIGRATIONS;
  const newestFormat = migrations.at(-1)?.to ?? 0;
  await makeFolder(directory);
  const format = await readFormat(directory);
  refuseNewerFormat(format, newestFormat);
  const presence = new Presence(join(directory, PRESENCE_FOLDER));
  const database = await Database.connect(directory, new Retention(presence, clock));
  const lease = new WriterLease({
    directory: join(directory, LEASE_FOLDER),
    clock,
    waitMs: options.lockWaitMs ?? 15_000,
  });
  if (format < newestFormat) await new Writer(lease).exclusively(() => migrate(database, clock, migrations));
  const policy = { ...defaultVectorPolicy(), ...options.vectorPolicy };
  const store = new LanceStore({ database, lease, presence, newestFormat, policy });
  // A sweep that fails, because another process writes, say, is made up for by the next.
  await presence.enter(() => void store.tidy().catch(() => undefined));
  return store;
}
