import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lstat, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExportedWorkspace } from '../core/access/ports.js';
import { QuarryError, systemCode } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { syncFolder } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';
import { LEASE_FOLDER, WriterLease } from './lease.js';
import { PRESENCE_FOLDER } from './presence.js';

/** Says what an export holds. */
const MANIFEST = 'manifest.json';
/** What tells who uses this folder now, or which workspace it is: a copy is another one. */
const LEFT_OUT: readonly string[] = [LEASE_FOLDER, PRESENCE_FOLDER, 'workspace.json', MANIFEST];
const LEASE_WAIT_MS = 15_000;

const clock: Clock = { now: () => new Date().toISOString(), elapsedMs: () => performance.now() };

interface CopiedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Copies the folder of a workspace while nobody else writes to it; who searches is not held up. The copy is a folder that
 * can be put among the workspaces of a home as it is; it is there whole or not at all.
 * @throws QuarryError ALREADY_EXISTS, STORE_LOCKED, PATH_UNREADABLE, STORE_FULL
 */
export async function exportWorkspace(from: string, to: string): Promise<ExportedWorkspace> {
  const unfinished = `${to}.${randomBytes(4).toString('hex')}.tmp`;
  await makeFolder(dirname(to));
  const lease = await new WriterLease({ directory: join(from, LEASE_FOLDER), clock, waitMs: LEASE_WAIT_MS }).acquire();
  try {
    const files = await copyBelow(from, unfinished);
    await writeFile(join(unfinished, MANIFEST), `${JSON.stringify({ at: clock.now(), files }, null, 1)}\n`);
    await syncFolder(unfinished);
    // Takes the place of an empty folder and of nothing else.
    await rename(unfinished, to);
    return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
    throw new QuarryError('ALREADY_EXISTS', `${to} is already there.`, { hint: 'Name another path.', cause: error });
  } finally {
    await lease.release();
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function copyBelow(from: string, to: string): Promise<readonly CopiedFile[]> {
  const files: CopiedFile[] = [];
  const visit = async (folder: string): Promise<void> => {
    await makeFolder(join(to, folder), { mode: 0o700 });
    for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (LEFT_OUT.includes(path)) continue;
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files.push(...(await copyOne(join(from, path), join(to, path), path)));
    }
  };
  await visit('');
  return files;
}

/** Copied and on disk; nothing for a file that its writer has put another in the place of since it was listed. */
async function copyOne(from: string, to: string, path: string): Promise<readonly CopiedFile[]> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return [{ path, bytes: (await lstat(to)).size, sha256: await digestOf(to) }];
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex');
}
