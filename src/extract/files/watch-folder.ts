import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { WatchListener } from '../../core/watch-listener.js';
import { IGNORE_FILE_NAMES } from '../selection/ignore-rules.js';
import { createPathFilter } from '../selection/path-filter.js';
import type { FilesOptions } from './files-options.js';
import { type ProjectContext, readProjectContext } from './project-context.js';
import { readSmallFile } from './read-file.js';
import { type FolderRules, rejection, withFile } from './walk-folder.js';

/** Quiet time after the last change before the caller hears of it, in milliseconds. */
const QUIET_MS = 300;
/** Where changes never rest (a log that grows), the caller hears of them this often, in milliseconds. */
const PATIENCE_MS = 5_000;

/** How often the root itself is looked at: what happens to it is not always told to those who watch what is in it. */
const LOOK_MS = 500;

/**
 * Calls back when watching has begun (what changed before was not seen), and whenever changes under the source's root have
 * come to rest. What the root's own ignore files or those above it ignore is not watched, nor are dependencies, build
 * results and hidden files. A root that goes away is waited for, and watched anew when it is back, whatever it then is
 * made of. Resolves when the signal fires, and not before.
 */
export async function watchFolder(options: FilesOptions, listener: WatchListener, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const root = new WatchedRoot(options, listener);
  await root.look();
  // Holds the process by itself: while the root is away there is no other handle that does.
  const looking = setInterval(() => void root.look(), LOOK_MS);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(looking);
  await root.close();
}

/** A file or folder that may go away and come back. */
class WatchedRoot {
  readonly #options: FilesOptions;
  readonly #listener: WatchListener;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #firstAt: number | undefined;
  /** What is watched now; undefined while nothing is. */
  #current: RootIdentity | undefined;
  /** Whether it was a folder when it was first seen; something else in its place is not it. */
  #isFolder: boolean | undefined;
  #isThere = true;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: FilesOptions, listener: WatchListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Sees whether the root is still what is watched, and follows it where it is not. */
  look(): Promise<void> {
    this.#looking ??= this.#follow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#looking;
    await this.#rest();
  }

  async #follow(): Promise<void> {
    const found = await identityOf(this.#options.root);
    this.#isFolder ??= found?.isFolder;
    const wanted = found?.isFolder === this.#isFolder ? found : undefined;
    if (this.#isClosed || (wanted !== undefined && wanted.mark === this.#current?.mark)) return;
    const isReplaced = this.#watcher !== undefined;
    await this.#rest();
    this.#current = undefined;
    if (wanted === undefined) return this.#setThere(false);
    // Editors replace a file each time that they save it; that is a change like any other.
    if (isReplaced && wanted.isFolder) this.#listener.onPresence?.(true);
    this.#setThere(true);
    await this.#watch(wanted).catch(() => undefined); // It went away again: the next look tells.
  }

  #setThere(isThere: boolean): void {
    if (this.#isThere === isThere) return;
    this.#isThere = isThere;
    this.#listener.onPresence?.(isThere);
  }

  async #watch(identity: RootIdentity): Promise<void> {
    // A link is followed at the root alone, as by a sync.
    const root = await realpath(this.#options.root);
    const ignored = await ignoreTest(this.#options, root);
    const watcher = watch(root, { ignored, ignoreInitial: true, followSymlinks: false });
    this.#watcher = watcher;
    this.#current = identity;
    const notice = (): void => this.#notice();
    watcher.on('ready', notice);
    watcher.on('all', (event, changed) => {
      // One that is made again at once may look the same, and is not watched any more.
      if (event.startsWith('unlink') && path.resolve(changed) === root) this.#current = undefined;
      notice();
    });
    watcher.on('error', notice); // A folder that cannot be watched is reported by the next sync.
  }

  #notice(): void {
    clearTimeout(this.#timer);
    this.#firstAt ??= performance.now();
    const waitMs = Math.max(0, Math.min(QUIET_MS, this.#firstAt + PATIENCE_MS - performance.now()));
    this.#timer = setTimeout(() => void this.#tell(), waitMs);
  }

  /** Changes of a root that is going away are no news: it is waited for. */
  async #tell(): Promise<void> {
    this.#firstAt = undefined;
    await this.look();
    if (this.#isThere && !this.#isClosed) this.#listener.onChange();
  }

  async #rest(): Promise<void> {
    clearTimeout(this.#timer);
    this.#firstAt = undefined;
    const watcher = this.#watcher;
    this.#watcher = undefined;
    await watcher?.close();
  }
}

/** What tells one file or folder from another that later has its path. */
interface RootIdentity {
  readonly isFolder: boolean;
  readonly mark: string;
}

async function identityOf(root: string): Promise<RootIdentity | undefined> {
  try {
    const stats = await stat(root, { bigint: true });
    return { isFolder: stats.isDirectory(), mark: `${stats.dev} ${stats.ino} ${await realpath(root)}` };
  } catch {
    return undefined; // gone, behind a broken link, or out of reach: it is waited for
  }
}

async function ignoreTest(
  options: FilesOptions,
  root: string,
): Promise<(file: string, stats?: { isDirectory(): boolean }) => boolean> {
  const project = await readProjectContext(root);
  const rules = options.useIgnoreFiles ? await rootRules(root, project) : undefined;
  const request = {
    filter: createPathFilter({ include: [], exclude: options.exclude }),
    includeHidden: options.includeHidden,
    ignore: options.useIgnoreFiles ? project : undefined,
    tracked: project.tracked,
  };
  return (file, stats) => {
    const relative = path.relative(root, file).split(path.sep).join('/');
    if (relative === '' || relative.startsWith('..')) return false;
    const name = path.basename(file);
    // A change of the rules changes what is wanted.
    if (IGNORE_FILE_NAMES.some((known) => known === name)) return false;
    let within: string | undefined;
    for (let at = relative.indexOf('/'); at > 0; at = relative.indexOf('/', at + 1)) {
      const above = relative.slice(0, at);
      ({ within } = rejection({ name: path.basename(above), relative: above, isFolder: true, rules, within }, request));
    }
    const item = { name, relative, isFolder: stats?.isDirectory() ?? false, rules, within };
    return rejection(item, request).reason !== undefined;
  };
}

async function rootRules(root: string, project: ProjectContext): Promise<FolderRules> {
  let rules: FolderRules = { all: project.rules, own: project.ownRules };
  for (const name of IGNORE_FILE_NAMES) {
    const text = await readSmallFile(Buffer.from(path.join(root, name)));
    if (text !== undefined) rules = withFile(rules, { name, text, folder: project.prefix });
  }
  return rules;
}
