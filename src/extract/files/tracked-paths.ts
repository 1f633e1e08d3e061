import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { readGitIndex } from './git-index.js';
import { openFile, readSmallFile } from './read-file.js';

/** What git tracks below a folder. */
export interface TrackedPaths {
  /** Whether git tracks the file, or anything in the folder; the path counts from the folder. */
  has(relative: string, isFolder: boolean): boolean;
}

const MOST_INDEX_BYTES = 256 * 1024 * 1024;

/** What git tracks below `root`, by the index of the working tree at `project`; undefined where there is none to read. */
export async function readTrackedPaths(project: string, root: string): Promise<TrackedPaths | undefined> {
  const folder = await gitFolder(project);
  const index = folder === undefined ? undefined : await readIndexFile(path.join(folder, 'index'));
  if (folder === undefined || index === undefined) return undefined;
  const base = index.shared === '' ? undefined : await readIndexFile(path.join(folder, `sharedindex.${index.shared}`));
  const prefix = path.relative(project, root).split(path.sep).join('/');
  const start = prefix === '' ? '' : `${prefix}/`;
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const name of [...index.paths, ...(base?.paths ?? [])]) {
    if (!name.startsWith(start)) continue;
    const relative = name.slice(start.length);
    files.add(relative);
    for (let at = relative.lastIndexOf('/'); at > 0; at = relative.lastIndexOf('/', at - 1)) {
      const above = relative.slice(0, at);
      if (folders.has(above)) break;
      folders.add(above);
    }
  }
  // A submodule is one entry, and a folder on the disk.
  return { has: (relative, isFolder) => (isFolder && folders.has(relative)) || files.has(relative) };
}

/** Where the index lies: `.git`, or what a file of that name points to (worktrees, submodules). */
async function gitFolder(project: string): Promise<string | undefined> {
  const git = path.join(project, '.git');
  try {
    const pointer = await readSmallFile(Buffer.from(git));
    const named = pointer === undefined ? undefined : /^gitdir: (.+)$/m.exec(pointer)?.[1];
    return await realpath(named === undefined ? git : path.resolve(project, named.trim()));
  } catch {
    return undefined; // no repository, or one out of reach: nothing is known to be tracked
  }
}

async function readIndexFile(file: string): Promise<ReturnType<typeof readGitIndex>> {
  try {
    const opened = await openFile(Buffer.from(file));
    if (typeof opened === 'string') return undefined;
    const content = await opened.read(MOST_INDEX_BYTES).finally(() => opened.close());
    return content === undefined ? undefined : readGitIndex(content.bytes);
  } catch {
    return undefined; // what cannot be read says nothing of what is tracked
  }
}
