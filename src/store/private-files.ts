import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Openness } from '../core/home-rights-port.js';
import { makeFolder } from '../files/make-folder.js';

/** Bits that let others than the owner read, write or enter. */
const OTHERS = 0o077;
/** Clocks of file systems may be this much behind ours. */
const CLOCK_SLACK_MS = 3_000;
/** Windows knows no such bits. */
const HAS_MODES = process.platform !== 'win32';

/**
 * Makes a folder that only its owner may enter; those above it that are missing come with ordinary permissions. One that
 * exists stays as it is: it may be shared on purpose.
 * @throws QuarryError PATH_UNREADABLE, STORE_FULL
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await makeFolder(dirname(path));
  await makeFolder(path, { mode: 0o700 });
}

/** Whether only its owner may enter a folder. */
export async function isPrivateFolder(path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => path); // Not there: the look says so too.
  const about = await lookAt(real);
  return about !== undefined && (about.mode & OTHERS) === 0;
}

/** Counts the folders and files at and below `path` that others than their owner can reach. Follows no symbolic link. */
export async function countOpen(path: string): Promise<Openness> {
  const found = { folders: 0, files: 0 };
  await walk(path, async (_entry, about) => {
    if (!isOpen(about)) return;
    if (about.isDirectory()) found.folders += 1;
    else found.files += 1;
  });
  return found;
}

/**
 * Takes the rights of others from everything at and below `path`; resolves to what was changed. Follows no symbolic link and
 * leaves alone what belongs to somebody else, or has another name elsewhere (a hard link: that file is not ours alone).
 * @param changedSinceMs looks only into folders that got new entries since then; default: all
 */
export async function tightenBelow(path: string, changedSinceMs?: number): Promise<Openness> {
  const changed = { folders: 0, files: 0 };
  const onEntry = async (entry: string, about: Stats): Promise<void> => {
    if (!isOpen(about) || !(await takeRights(entry, about))) return;
    if (about.isDirectory()) changed.folders += 1;
    else changed.files += 1;
  };
  await walk(path, onEntry, changedSinceMs === undefined ? undefined : changedSinceMs - CLOCK_SLACK_MS);
  return changed;
}

type OnEntry = (path: string, about: Stats) => Promise<void>;

async function walk(path: string, onEntry: OnEntry, sinceMs?: number): Promise<void> {
  if (!HAS_MODES) return;
  const real = await realpath(path).catch(() => undefined); // The home itself may be a link that its owner made.
  const about = real === undefined ? undefined : await lookAt(real);
  if (real !== undefined && about?.isDirectory() === true) await walkFolder(real, { about, onEntry, sinceMs });
}

async function walkFolder(
  path: string,
  {
    about,
    onEntry,
    sinceMs,
  }: { readonly about: Stats; readonly onEntry: OnEntry; readonly sinceMs: number | undefined },
): Promise<void> {
  await onEntry(path, about);
  const isNews = sinceMs === undefined || about.mtimeMs >= sinceMs;
  for (const entry of await entriesOf(path)) {
    const below = join(path, entry.name);
    if (!entry.isDirectory() && !(entry.isFile() && isNews)) continue;
    const found = await lookAt(below);
    if (found?.isDirectory() === true) await walkFolder(below, { about: found, onEntry, sinceMs });
    else if (found?.isFile() === true) await onEntry(below, found);
  }
}

function isOpen(about: Stats): boolean {
  const isOurs = about.isDirectory() || (about.isFile() && about.nlink === 1);
  return isOurs && (about.mode & OTHERS) !== 0;
}

/** Through an open handle that is no link, so that nothing put in its place meanwhile is changed instead. */
async function takeRights(path: string, about: Stats): Promise<boolean> {
  if (process.getuid?.() !== about.uid) return false;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (handle === undefined) return false; // Vanished, or not to be opened even by its owner.
  try {
    const now = await handle.stat();
    if (now.ino !== about.ino || now.dev !== about.dev) return false;
    await handle.chmod(now.mode & 0o7777 & ~OTHERS);
    return true;
  } catch {
    return false; // A read-only disk or one that knows no modes; `doctor` tells what is still open.
  } finally {
    await handle.close();
  }
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch(() => []); // Vanished meanwhile, or not ours to look into.
}

async function lookAt(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined); // Nothing is there.
}
