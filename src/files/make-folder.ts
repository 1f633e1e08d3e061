import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { diskFull, isDiskFull, messageOf, QuarryError, systemCode } from '../core/errors.js';

/** How folders are made. */
export interface FolderOptions {
  /** Rights of the folders that are made, before the umask; default 0o777. Folders that are there keep theirs. */
  readonly mode?: number;
  /** Hears of each folder that was missing, outermost first. */
  readonly onMade?: (path: string) => void;
}

/**
 * Makes a folder and those above it that are missing. The one place that does: Node's own recursive way never ends
 * where a folder is there and nothing can be made in it, as under `/proc`, and no signal stops it.
 * @throws QuarryError PATH_UNREADABLE with the path and the reason; STORE_FULL
 */
export async function makeFolder(path: string, options: FolderOptions = {}): Promise<void> {
  const full = resolve(path);
  try {
    await makeMissing(full, options);
  } catch (error) {
    throw folderError(full, error);
  }
}

async function makeMissing(path: string, options: FolderOptions): Promise<void> {
  try {
    await makeOne(path, options);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error;
    // Somebody else may have made the parent since; where it is there and still takes nothing, the second try says so.
    if (!(await isFolder(parent))) await makeMissing(parent, options);
    await makeOne(path, options);
  }
}

async function makeOne(path: string, { mode, onMade }: FolderOptions): Promise<void> {
  try {
    await mkdir(path, mode);
    onMade?.(path);
  } catch (error) {
    // Where there is a folder already, some systems complain of the file system before they see it.
    if (systemCode(error) === 'ENOENT' || !(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // What cannot be looked at is no folder to write into.
  }
}

function folderError(path: string, cause: unknown): QuarryError {
  if (isDiskFull(cause)) return diskFull(`The folder ${path} cannot be made: the disk is full.`, cause);
  return new QuarryError('PATH_UNREADABLE', `The folder ${path} cannot be made: ${reasonOf(cause)}.`, {
    hint: 'Choose a place where this user may make folders.',
    details: { path },
    cause,
  });
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `a file or a broken link is in the way (${code})`;
    case 'ENOENT':
      return `nothing can be made in the folder above it (${code})`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not write there (${code})`;
    case 'EROFS':
      return `the file system is read-only (${code})`;
    default:
      return messageOf(error);
  }
}
