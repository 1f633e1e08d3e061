import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../core/errors.js';

/** Ending of files that are being written; readers pass over them. */
const UNFINISHED = '.tmp';
/** An unfinished file this old belongs to nobody any more. */
const STALE_MS = 3_600_000;

/** Makes the entries of a folder survive a power cut, where the system can do that for folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    if (systemCode(error) === 'EISDIR' || systemCode(error) === 'EPERM') return undefined; // Windows opens no folders.
    throw error;
  });
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeUnfinished(path: string, bytes: Uint8Array | string): Promise<string> {
  const unfinished = `${path}.${process.pid}-${randomBytes(4).toString('hex')}${UNFINISHED}`;
  const handle = await open(unfinished, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await unlink(unfinished).catch(() => undefined); // a full disk needs the room; clearUnfinished comes by later
    throw error;
  }
  await handle.close();
  return unfinished;
}

/** Puts a file in place, whole and on disk when this resolves; replaces one of the same name. */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  const unfinished = await writeUnfinished(path, bytes);
  await rename(unfinished, path);
  await syncEntry(path);
}

/** The file is in its place: that its folder could not be synced makes nobody write it again. */
async function syncEntry(path: string): Promise<void> {
  await syncFolder(dirname(path)).catch(() => undefined);
}

/** Puts a new file in place, whole and on disk when this resolves to true; false when one of that name is there. */
export async function createDurably(path: string, bytes: Uint8Array | string): Promise<boolean> {
  const unfinished = await writeUnfinished(path, bytes);
  try {
    // A link is made or refused in one step, so that of two writers exactly one succeeds.
    await link(unfinished, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(unfinished).catch(() => undefined); // clearUnfinished comes by later
  }
  await syncEntry(path);
  return true;
}

/** Removes what writers that died an hour ago and more have left in a folder. */
export async function clearUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(UNFINISHED)) continue;
    const path = join(folder, name);
    const about = await stat(path).catch(() => undefined); // Gone already: its writer has finished.
    if (about !== undefined && Date.now() - about.mtimeMs > STALE_MS) await unlink(path).catch(() => undefined); // Another process was faster.
  }
}
