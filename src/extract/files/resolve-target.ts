import { lstat, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { QuarryError, systemCode } from '../../core/errors.js';
import { unreadable } from './read-file.js';

/** Where a target leads. */
export interface ResolvedTarget {
  /** Absolute path without links. */
  readonly root: string;
  /** Glob from the root; empty when the target is a path. */
  readonly glob: string;
}

/**
 * Understands a path, a `file://` URL or a glob. A path that exists is never read as a glob.
 * @param folder what relative paths are relative to
 * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND, PATH_UNREADABLE
 */
export async function resolveTarget(target: string, folder: string): Promise<ResolvedTarget> {
  const typed = pathOf(target);
  const absolute = path.resolve(folder, typed);
  const root = await realPathOf(absolute);
  if (root !== undefined) return { root, glob: '' };
  const scan = picomatch.scan(typed.split(path.sep).join('/'));
  if (scan.isGlob && scan.glob !== '') {
    const base = await realPathOf(path.resolve(folder, scan.base === '' ? '.' : scan.base));
    if (base !== undefined) return { root: base, glob: scan.glob };
  }
  throw new QuarryError('PATH_NOT_FOUND', `There is no file or folder at "${absolute}".`, {
    hint: 'Check the spelling. Relative paths start at the folder that Quarry runs in; a glob needs an existing folder before its first "*".',
  });
}

function pathOf(target: string): string {
  const trimmed = target.trim();
  if (trimmed === '' || target.includes('\0') || target.length > 4096) {
    throw new QuarryError('INPUT_INVALID', 'The path is empty, too long or holds a NUL character.', {
      hint: 'Give the path of a file or folder, or a glob such as "docs/**/*.md".',
    });
  }
  if (/^file:\/\//i.test(trimmed)) return pathOfUrl(trimmed);
  if (trimmed === '~' || trimmed.startsWith('~/')) return path.join(homedir(), trimmed.slice(1));
  return target;
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new QuarryError('INPUT_INVALID', `"${url.slice(0, 200)}" is not a usable file URL.`, {
      hint: 'Write file:///absolute/path, or give the plain path.',
      cause: error,
    });
  }
}

/** The path without links; undefined when nothing is there. */
async function realPathOf(absolute: string): Promise<string | undefined> {
  try {
    const real = await realpath(absolute);
    await lstat(real);
    return real;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    if (code === 'ELOOP') {
      throw new QuarryError('PATH_NOT_FOUND', `"${absolute}" is a link that leads to itself.`, {
        hint: 'Name the real file or folder.',
        cause: error,
      });
    }
    throw unreadable(absolute, error);
  }
}
