import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { bytesBelow } from './sync-files.js';

/** About how many bytes of a table's folder belong to its old versions. */
export async function spareBytes(folder: string, table: Table): Promise<number> {
  const data = (await bytesBelow(join(folder, 'data'))) - (await table.stats()).totalBytes;
  const versions = await table.listVersions();
  const logs = (await bytesBelow(join(folder, '_versions'))) + (await bytesBelow(join(folder, '_transactions')));
  const oldLogs = (logs * (versions.length - 1)) / Math.max(1, versions.length);
  return Math.max(0, data) + oldLogs + (await oldIndexBytes(join(folder, '_indices'), table));
}

async function oldIndexBytes(folder: string, table: Table): Promise<number> {
  const inUse = new Set<string | undefined>();
  for (const { name, indexUuid } of await table.listIndices()) {
    inUse.add(indexUuid);
    // LanceDB names one part of each index: where there are more, which ones are in use cannot be told.
    if (((await table.indexStats(name))?.numIndices ?? 1) > 1) return 0;
  }
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!inUse.has(name)) bytes += await bytesBelow(join(folder, name));
  }
  return bytes;
}
