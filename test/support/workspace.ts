import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.js';
import type { Job, JsonObject } from '../../src/core/types.js';
import { openQuarry, type Quarry } from '../../src/quarry.js';

/** An empty folder that a test may fill. */
export async function temporaryFolder(name = 'quarry-test-'): Promise<string> {
  return mkdtemp(join(tmpdir(), name));
}

/** Removes a temporary folder with all it holds. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A workspace in a folder of its own. */
export async function openTestWorkspace(home: string, overrides: Partial<Config> = {}): Promise<Quarry> {
  return openQuarry({ home, allowRemoteModels: false, logLevel: 'error', ...overrides });
}

/** Waits for a job to end, however long it takes. */
export async function finishJob(quarry: Quarry, id: unknown): Promise<Job> {
  return quarry.waitForJob(String(id));
}

/** Ingests and waits; gives the finished job. */
export async function ingestAndWait(
  quarry: Quarry,
  target: string,
  extra: JsonObject = {},
): Promise<Job & { readonly sourceId: string }> {
  const { output } = await quarry.execute('ingest', { target, ...extra });
  return { ...(await finishJob(quarry, output['jobId'])), sourceId: String(output['sourceId']) };
}

/** Syncs everything, or the given sources, and waits. */
export async function syncAndWait(quarry: Quarry, sources: readonly string[] = []): Promise<Job> {
  const { output } = await quarry.execute('sync', { sources });
  return finishJob(quarry, output['jobId']);
}
