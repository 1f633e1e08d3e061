import { readdir } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import { isBelow, isThere, realPlaceOf } from './real-place.js';

/** A place that an operation wants to write to. */
export interface WriteWish {
  /** As the caller typed it. */
  readonly path: string;
  /** An empty folder in the place of a folder is nothing that could be lost. */
  readonly kind: 'file' | 'folder';
  /** Whether what is there may be replaced. */
  readonly overwrite: boolean;
  /** Whether the caller has said so twice. */
  readonly confirm: boolean;
}

/**
 * The full path that a caller may write to: relative paths of callers from elsewhere start at the first export root,
 * and theirs must lie below one. Links above it are resolved before anything is made; one that leads nowhere is refused.
 * @throws QuarryError PATH_UNREADABLE, INPUT_INVALID
 */
export async function resolveWritable(reach: Reach, path: string): Promise<string> {
  requirePath(path);
  const { writeRoots } = reach;
  const base = writeRoots === 'any' ? '.' : writeRoots[0];
  if (base === undefined) throw unwritable(reach);
  const real = await realPlaceOf(isAbsolute(path) ? path : resolve(base, path));
  if (real === undefined) throw unwritable(reach);
  if (writeRoots === 'any') return real;
  for (const root of writeRoots) {
    const place = await realPlaceOf(root);
    if (place !== undefined && isBelow(place, real)) return real;
  }
  throw unwritable(reach);
}

/**
 * {@link resolveWritable}, and nothing is replaced that the caller has not asked to replace, and confirmed.
 * @throws QuarryError PATH_UNREADABLE, INPUT_INVALID, ALREADY_EXISTS, CONFIRMATION_REQUIRED
 */
export async function requireWritable(reach: Reach, wish: WriteWish): Promise<string> {
  const path = await resolveWritable(reach, wish.path);
  if (wish.overwrite && !wish.confirm) {
    throw new QuarryError('CONFIRMATION_REQUIRED', `This would replace what is at ${path}.`, { hint: BOTH });
  }
  if (wish.overwrite || !(await isThere(path))) return path;
  if (wish.kind === 'folder' && (await isEmptyFolder(path))) return path;
  throw alreadyThere(path);
}

/** Makes sure, just before a job writes, that a path still is the place that was judged. @throws QuarryError PATH_UNREADABLE */
export async function requireStillWritable(reach: Reach, path: string): Promise<void> {
  if ((await resolveWritable(reach, path)) !== path) throw unwritable(reach);
}

async function isEmptyFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    (names) => names.length === 0,
    () => false, // A file, or a folder that may not be listed: something is there.
  );
}

function alreadyThere(path: string): QuarryError {
  return new QuarryError('ALREADY_EXISTS', `${path} is already there.`, { hint: `Name another path. ${BOTH}` });
}

const BOTH =
  'To replace what is there, call again with overwrite and confirm both set to true (--overwrite --confirm on the command line).';

function requirePath(path: string): void {
  const isUsable = path.trim() !== '' && !path.includes('\0') && !/^[a-z][a-z0-9+.-]+:\/\//i.test(path);
  if (isUsable) return;
  throw new QuarryError('INPUT_INVALID', `${JSON.stringify(path.slice(0, 200))} is no path to write to.`, {
    hint: 'Give the path of a file or folder, for instance report.html.',
  });
}

function unwritable(reach: Reach): QuarryError {
  if (reach.writeRoots === 'any') {
    return new QuarryError(
      'PATH_UNREADABLE',
      'A link on the way to this path leads nowhere, or its folder cannot be seen.',
      {
        hint: 'Remove the link, or name a path in a folder that you may write to.',
      },
    );
  }
  return new QuarryError('PATH_UNREADABLE', 'This path may not be written by callers over HTTP.', {
    hint: 'Give a relative path: it starts at the first folder of QUARRY_EXPORT_ROOTS (default: exports in the home).',
  });
}
