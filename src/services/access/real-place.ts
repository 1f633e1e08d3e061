import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemCode } from '../../core/errors.js';
import type { Roots } from '../../core/reach.js';

/**
 * Where a path really leads, links resolved as far as it exists: what is missing of it is put behind its nearest folder
 * that is there. Undefined where nobody can tell: behind a link that leads nowhere or in a circle, below a file, in a folder
 * that may not be looked into.
 */
export async function realPlaceOf(path: string): Promise<string | undefined> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || (await isThere(absolute))) return undefined;
    const parent = dirname(absolute);
    const above = parent === absolute ? undefined : await realPlaceOf(parent);
    return above === undefined ? undefined : join(above, basename(absolute));
  }
}

/** Whether the name itself is taken, if only by a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    // What cannot be looked at may well be there.
    return systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR';
  }
}

/** Whether a real place is one of the roots or below one; the roots may be links, which the owner chose. */
export async function isWithin(roots: Roots, real: string): Promise<boolean> {
  if (roots === 'any') return true;
  for (const root of roots) {
    const place = await realPlaceOf(root);
    if (place !== undefined && (real === place || isBelow(place, real))) return true;
  }
  return false;
}

/** Whether a path is truly below a folder, by their characters. */
export function isBelow(folder: string, path: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
