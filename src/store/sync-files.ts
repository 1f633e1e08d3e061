import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Asks the disk to keep every file below `directory` that changed after `sinceMs`, and then the folders, so that a
 * power cut cannot take acknowledged rows away: LanceDB itself never syncs. Files that vanish meanwhile (dropped
 * versions) are passed over.
 */
export async function syncFiles(directory: string, sinceMs: number): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const changed = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await syncFiles(path, sinceMs);
      const isChanged = entry.isFile() && (await changedAfter(path, sinceMs));
      if (isChanged) await syncOne(path);
      return isChanged;
    }),
  );
  if (changed.includes(true) && process.platform !== 'win32') await syncOne(directory, 'r'); // Windows cannot open a folder
}

/** Bytes of all files below `directory`. */
export async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else
      bytes += await stat(path).then(
        (info) => info.size,
        () => 0,
      ); // dropped meanwhile
  }
  return bytes;
}

async function changedAfter(path: string, sinceMs: number): Promise<boolean> {
  return stat(path).then(
    (info) => info.ctimeMs >= sinceMs,
    () => false,
  );
}

async function syncOne(path: string, flags: 'r' | 'r+' = 'r+'): Promise<void> {
  const file = await open(path, flags).catch(() => undefined); // vanished, or not ours to open
  try {
    await file?.sync();
  } catch {
    // Some file systems cannot sync: the rows are written all the same.
  } finally {
    await file?.close();
  }
}
