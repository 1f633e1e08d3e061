import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import { isWithin, realPlaceOf } from './real-place.js';

/** Whether a caller may look at a path, judged by where it really leads. Whether anything is there plays no part. */
export async function mayRead(reach: Reach, path: string): Promise<boolean> {
  if (reach.readRoots === 'any') return true;
  if (path.includes('\0')) return false;
  const real = await realPlaceOf(path);
  return real !== undefined && (await isWithin(reach.readRoots, real));
}

/**
 * The path to open for a caller: as given where any path may be read, else the real path, which was judged. In a folder
 * every link is followed and judged too.
 * @throws QuarryError PATH_UNREADABLE, the same whether there is something or not; INPUT_INVALID
 */
export async function requireReadable(reach: Reach, path: string): Promise<string> {
  if (path.includes('\0')) {
    throw new QuarryError('INPUT_INVALID', 'A path holds no NUL character.', { hint: 'Check the path.' });
  }
  if (reach.readRoots === 'any') return path;
  const real = await realPlaceOf(resolve(path));
  if (real === undefined || !(await isWithin(reach.readRoots, real))) throw unreadableFrom(reach);
  await requireLinksWithin(reach, real);
  return real;
}

/** The refusal of a path outside of the roots; it tells nothing of what is there. */
export function unreadableFrom(reach: Reach): QuarryError {
  if (reach.side === 'local') {
    return new QuarryError('PATH_UNREADABLE', 'The path leads elsewhere than when it was given over HTTP.', {
      hint: 'Ingest it again on this machine, or name its folder in QUARRY_ALLOWED_ROOTS.',
    });
  }
  return new QuarryError('PATH_UNREADABLE', 'This path may not be read by callers over HTTP.', {
    hint: 'Name its folder in QUARRY_ALLOWED_ROOTS on the server, or run the quarry command on that machine.',
  });
}

/** @throws QuarryError PATH_UNREADABLE when a link anywhere below leads out of the roots */
async function requireLinksWithin(reach: Reach, start: string): Promise<void> {
  const seen = new Set<string>();
  const pending = [start];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) pending.push(path);
      if (!entry.isSymbolicLink()) continue;
      const target = await realpath(path).catch(() => undefined); // A link that leads nowhere gives nothing to read.
      if (target === undefined) continue;
      if (!(await isWithin(reach.readRoots, target))) throw unreadableFrom(reach);
      pending.push(target);
    }
  }
}

async function entriesOf(folder: string) {
  try {
    return (await stat(folder)).isDirectory() ? await readdir(folder, { withFileTypes: true }) : [];
  } catch {
    return []; // Not there, or not ours to list: whoever reads it says so.
  }
}
