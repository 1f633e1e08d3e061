import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { QuarryError } from '../../core/errors.js';

/** Larger pointer files are none of git's. */
const MAX_POINTER = 65_536;

/** What git opens of a repository on this disk. */
interface LocalRepository {
  /** The folder itself when it is bare, else what `.git` is or points to. */
  readonly directory: string;
  /** The file that points to it, where there is one. */
  readonly pointer: string | undefined;
}

/** @throws QuarryError PATH_NOT_FOUND */
async function openRepository(folder: string): Promise<LocalRepository> {
  for (const place of [path.join(folder, '.git'), folder]) {
    const real = await realpath(place).catch(() => undefined); // Absent: the next place is tried.
    if (real === undefined) continue;
    if ((await lstat(real)).isFile()) return { directory: await pointedTo(real), pointer: real };
    if (await isThere(path.join(real, 'HEAD'))) return { directory: real, pointer: undefined };
  }
  throw new QuarryError('PATH_NOT_FOUND', `There is no git repository at "${folder}" any more.`, {
    hint: 'Bring it back and sync again, or remove the source. Nothing was removed from the index.',
    details: { path: folder },
  });
}

/**
 * The remote that git is given for an address: for a repository on this disk its git directory, because git tries several
 * places behind a looser name.
 * @throws QuarryError PATH_NOT_FOUND
 */
export async function exactRemote(url: string): Promise<string> {
  if (!url.startsWith('file:')) return url;
  return pathToFileURL((await openRepository(fileURLToPath(url))).directory).href;
}

/**
 * Everything that git opens of a repository on this disk: its directory, the one that it shares with other work trees,
 * the object stores that it borrows from, and whatever links inside any of them lead to. What `mayRead` refuses is listed
 * and looked into no further. Of a repository that is not there it is the folder alone.
 */
export async function repositoryPlaces(folder: string, mayRead: (path: string) => Promise<boolean>): Promise<string[]> {
  if (!(await mayRead(folder))) return [folder];
  const repository = await openRepository(folder).catch(unlessAbsent);
  if (repository === undefined) return [folder];
  const { directory, pointer } = repository;
  const places = new Set<string>([directory, ...(pointer === undefined ? [] : [pointer])]);
  for (const place of places) {
    if (!(await mayRead(place))) return [place];
    for (const found of await placesBehind(place)) places.add(found);
  }
  return [...places];
}

/** The sync says what is missing. */
function unlessAbsent(error: unknown): undefined {
  if (error instanceof QuarryError && error.code === 'PATH_NOT_FOUND') return undefined;
  throw error;
}

/** What one place leads to: targets of links below it, and directories and object stores that are named in it. */
async function placesBehind(start: string): Promise<string[]> {
  const found: string[] = [];
  const pending = [start];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const shared = await readPointer(path.join(folder, 'commondir'));
    if (shared !== undefined) found.push(path.resolve(folder, shared));
    if (path.basename(folder) === 'info') found.push(...(await alternatesIn(folder)));
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const inside = path.join(folder, entry.name);
      if (entry.isDirectory()) pending.push(inside);
      if (!entry.isSymbolicLink()) continue;
      const target = await realpath(inside).catch(() => undefined); // A link to nowhere opens nothing.
      if (target !== undefined) found.push(target);
    }
  }
  return found;
}

/** Object stores named in `info/alternates`, relative to the store that names them. */
async function alternatesIn(info: string): Promise<string[]> {
  const text = (await readPointer(path.join(info, 'alternates'))) ?? '';
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => path.resolve(path.dirname(info), line.replace(/^"(.*)"$/, '$1')));
}

/** @throws QuarryError PATH_NOT_FOUND when it is no pointer of git's */
async function pointedTo(file: string): Promise<string> {
  const line = /^gitdir: (.+)$/m.exec((await readPointer(file)) ?? '')?.[1];
  const real =
    line === undefined ? undefined : await realpath(path.resolve(path.dirname(file), line)).catch(() => undefined);
  if (real !== undefined) return real;
  throw new QuarryError('PATH_NOT_FOUND', `"${file}" does not lead to a git repository.`, {
    hint: 'Give the folder of a repository (one that holds .git or is bare), or ingest it as files.',
    details: { path: path.dirname(file) },
  });
}

/** Text of a small file without its line end; undefined when there is none. */
async function readPointer(file: string): Promise<string | undefined> {
  const about = await lstat(file).catch(() => undefined); // Most repositories have none of these files.
  if (about === undefined || (about.isFile() && about.size > MAX_POINTER) || about.isDirectory()) return undefined;
  return (await readFile(file, 'utf8').catch(() => '')).replace(/[\r\n]+$/, '');
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false, // Out of sight is not there for us.
  );
}
