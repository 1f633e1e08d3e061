import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.js';
import { QuarryError } from '../core/errors.js';
import { detectSourceKind } from '../services/source-kind.js';
import type { Door } from './define.js';

/** Doors whose callers already can read this machine's files. */
const LOCAL_DOORS: readonly Door[] = ['cli', 'mcp-stdio', 'library'];

/** Whether the caller sits on this machine and may name its paths. */
export function isLocalDoor(door: Door): boolean {
  return LOCAL_DOORS.includes(door);
}

/**
 * Lets callers over HTTP name only paths inside the configured roots; links are resolved first.
 * @throws QuarryError PATH_UNREADABLE
 */
export async function guardPath(config: Config, door: Door, path: string): Promise<void> {
  if (isLocalDoor(door)) return;
  const real = await realPathOf(path);
  const roots = await Promise.all(config.allowedRoots.map(realPathOf));
  if (roots.some((root) => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))) return;
  throw new QuarryError('PATH_UNREADABLE', 'This path may not be read or written by callers over HTTP.', {
    hint: 'Name its folder in QUARRY_ALLOWED_ROOTS on the server, or run the quarry command on that machine.',
  });
}

/** {@link guardPath} for an ingest target; addresses of the outside world pass. */
export async function guardTarget(config: Config, door: Door, target: string): Promise<void> {
  if (isLocalDoor(door)) return;
  if (/^(?:https?|ssh|git):\/\//i.test(target) || target.startsWith('git@')) return;
  const kind = await detectSourceKind(target);
  const isOnDisk = kind === 'files' || target.startsWith('/') || target.startsWith('.') || /^file:/i.test(target);
  if (isOnDisk) await guardPath(config, door, globRoot(/^file:\/\//i.test(target) ? fileURLToPath(target) : target));
}

/** The part of a glob before its first pattern character. */
function globRoot(target: string): string {
  const at = target.search(/[*?[\]{}]/);
  return at < 0 ? target : target.slice(0, target.lastIndexOf('/', at) + 1) || '.';
}

/** The path with links resolved; a path that does not exist is taken as written. */
async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    return absolute; // It does not exist, so it leads nowhere; the adapter says so.
  }
}
