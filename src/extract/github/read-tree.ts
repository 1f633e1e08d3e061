import { type GitSettings, runGit } from './run-git.js';

/** A file, link or submodule of a commit. */
export interface TreeEntry {
  /** Path from the root; bytes that are not UTF-8 become U+FFFD. */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  /** Id of the blob or commit, hex. */
  readonly id: string;
  /** Bytes; 0 for submodules. */
  readonly size: number;
}

/** Lists everything in a commit, ordered by path as git orders it. */
export async function readTree(
  settings: GitSettings,
  folder: string,
  commit: string,
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const args = ['--git-dir', folder, 'ls-tree', '-r', '-z', '-l', '--full-tree', commit];
  const output = await runGit(settings, { args, signal });
  const entries: TreeEntry[] = [];
  for (const line of output.toString('utf8').split('\0')) {
    const found = /^(\d{6}) (blob|commit) ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(line);
    if (found === null) continue;
    const [, mode = '', type = '', id = '', size = '', path = ''] = found;
    const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'symlink' : 'file';
    entries.push({ path, kind, id, size: size === '-' ? 0 : Number(size) });
  }
  return entries;
}
