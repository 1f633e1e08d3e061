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

/** What a target is read against. */
export interface TargetContext {
  /** Folder that relative paths start at. */
  readonly folder: string;
  /** Whether the caller may look at a path; what may not be looked at is taken as absent. */
  mayRead(path: string): Promise<boolean>;
}

/**
 * Understands a path, a `file://` URL or a glob. A path that exists is never read as a glob.
 * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND, PATH_UNREADABLE
 */
export async function resolveTarget(target: string, context: TargetContext): Promise<ResolvedTarget> {
  const typed = pathOf(target);
  const absolute = path.resolve(context.folder, typed);
  const root = await realPathOf(absolute, context);
  if (root !== undefined) return { root, glob: '' };
  const scan = picomatch.scan(typed.split(path.sep).join('/'));
  const place = path.resolve(context.folder, scan.base === '' ? '.' : scan.base);
  if (scan.isGlob && scan.glob !== '') {
    if (scan.glob.split('/').includes('..')) throw leadsOut();
    const base = await realPathOf(place, context);
    if (base !== undefined) return { root: base, glob: scan.glob };
  }
  throw new QuarryError('PATH_NOT_FOUND', `There is no file or folder at "${absolute}".`, {
    hint: 'Check the spelling. Relative paths start at the folder that Quarry runs in; a glob needs an existing folder before its first "*".',
    details: { path: scan.isGlob ? place : absolute },
  });
}

function leadsOut(): QuarryError {
  return new QuarryError('INPUT_INVALID', 'The glob leads out of its own folder.', {
    hint: 'Put ".." before the first pattern, or leave it out.',
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
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(trimmed)) throw otherKind();
  if (trimmed === '~' || trimmed.startsWith('~/')) return path.join(homedir(), trimmed.slice(1));
  return target;
}

function otherKind(): QuarryError {
  return new QuarryError('INPUT_INVALID', 'This is an address, not the path of a file or folder.', {
    hint: 'Leave out the kind, or name the one that the target has: web for a page, github for a repository.',
  });
}

function pathOfUrl(url: string): string {
  try {
    const path = fileURLToPath(url);
    if (!path.includes('\0')) return path;
    throw new TypeError('A path holds no NUL character.');
  } catch (error) {
    throw new QuarryError('INPUT_INVALID', `"${url.slice(0, 200)}" is not a usable file URL.`, {
      hint: 'Write file:///absolute/path, or give the plain path.',
      cause: error,
    });
  }
}

/** The path without links; undefined when nothing is there that the caller may look at. */
async function realPathOf(absolute: string, context: TargetContext): Promise<string | undefined> {
  if (!(await context.mayRead(absolute))) return undefined;
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
        details: { path: absolute },
        cause: error,
      });
    }
    throw unreadable(absolute, error);
  }
}
