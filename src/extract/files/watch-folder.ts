import path from 'node:path';
import { watch } from 'chokidar';
import { IGNORE_FILE_NAMES, type IgnoreRules } from '../selection/ignore-rules.js';
import { createPathFilter } from '../selection/path-filter.js';
import type { FilesOptions } from './files-options.js';
import { type ProjectContext, readProjectContext } from './project-context.js';
import { readSmallFile } from './read-file.js';
import { rejection } from './walk-folder.js';

/** Quiet time after the last change before the caller hears of it, in milliseconds. */
const QUIET_MS = 300;
/** Where changes never rest (a log that grows), the caller hears of them this often, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Calls back when watching has begun (what changed before was not seen), and whenever changes under the source's root have
 * come to rest. What the root's own ignore files or those above it
 * ignore is not watched, nor are dependencies, build results and hidden files. Resolves when the signal fires.
 */
export async function watchFolder(options: FilesOptions, onChange: () => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const project = await readProjectContext(options.root);
  const rules = options.useIgnoreFiles ? await rootRules(options.root, project) : undefined;
  const request = {
    filter: createPathFilter({ include: [], exclude: options.exclude }),
    includeHidden: options.includeHidden,
    ignore: options.useIgnoreFiles ? project : undefined,
  };
  const isIgnored = (file: string, stats?: { isDirectory(): boolean }): boolean => {
    const relative = path.relative(options.root, file).split(path.sep).join('/');
    if (relative === '' || relative.startsWith('..')) return false;
    const name = path.basename(file);
    // A change of the rules changes what is wanted.
    if (IGNORE_FILE_NAMES.some((known) => known === name)) return false;
    return rejection({ name, relative, isFolder: stats?.isDirectory() ?? false, rules }, request) !== undefined;
  };
  const watcher = watch(options.root, { ignored: isIgnored, ignoreInitial: true, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  let firstAt: number | undefined;
  const tell = (): void => {
    firstAt = undefined;
    onChange();
  };
  const notice = (): void => {
    clearTimeout(timer);
    firstAt ??= performance.now();
    timer = setTimeout(tell, Math.max(0, Math.min(QUIET_MS, firstAt + PATIENCE_MS - performance.now())));
  };
  watcher.on('ready', notice);
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

async function rootRules(root: string, project: ProjectContext): Promise<IgnoreRules> {
  let { rules } = project;
  for (const name of IGNORE_FILE_NAMES) {
    const text = await readSmallFile(Buffer.from(path.join(root, name)));
    if (text !== undefined) rules = rules.with(project.prefix, text);
  }
  return rules;
}
