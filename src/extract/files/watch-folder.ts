import path from 'node:path';
import { watch } from 'chokidar';
import { createPathFilter } from '../selection/path-filter.js';
import type { FilesOptions } from './files-options.js';
import { readProjectContext } from './project-context.js';
import { rejection } from './walk-folder.js';

/** Quiet time after the last change before the caller hears of it, in milliseconds. */
const QUIET_MS = 300;

/**
 * Calls back once changes under the source's root have come to rest. Dependencies, build results, hidden files and what
 * the rules above the root ignore are not watched. Resolves when the signal fires.
 */
export async function watchFolder(options: FilesOptions, onChange: () => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const project = await readProjectContext(options.root);
  const filter = createPathFilter({ include: [], exclude: options.exclude });
  const isIgnored = (file: string, stats?: { isDirectory(): boolean }): boolean => {
    const relative = path.relative(options.root, file).split(path.sep).join('/');
    if (relative === '' || relative.startsWith('..')) return false;
    const name = path.basename(file);
    // A change of the rules changes what is wanted.
    if (name === '.gitignore' || name === '.quarryignore') return false;
    const item = { name, relative, isFolder: stats?.isDirectory() ?? false, rules: project.rules };
    return rejection(item, { filter, includeHidden: options.includeHidden, ignore: project }) !== undefined;
  };
  const watcher = watch(options.root, { ignored: isIgnored, ignoreInitial: true, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  const notice = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
  };
  watcher.on('all', notice);
  // A folder that cannot be watched is reported by the next sync.
  watcher.on('error', notice);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearTimeout(timer);
  await watcher.close();
}
