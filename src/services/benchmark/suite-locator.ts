import { dirname, join, resolve } from 'node:path';
import type { Suite, SuiteDamage, SuiteFiles, SuiteSummary } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import { mayRead, requireReadable } from '../access/read-access.js';
import type { ServiceContext } from '../context.js';

/** Name of a suite that lives in the workspace or ships with the product. */
const SUITE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Where a suite lives. */
interface Placed {
  readonly place: 'workspace' | 'bundled';
}

/** Which suite, and which of its judgments. */
export interface WantedSuite {
  /** Name or folder. */
  readonly suite: string;
  /** Default: see `SuiteFiles.open`. */
  readonly split?: string | undefined;
}

/** Suites that can be run by name, and those that cannot be read, each with where it lives. */
export interface ListedSuites {
  readonly suites: readonly (SuiteSummary & Placed)[];
  readonly damaged: readonly (SuiteDamage & Placed)[];
}

/** Folder of a workspace's benchmark files. */
export function benchmarkFolder(context: ServiceContext): string {
  return join(context.config.home, 'workspaces', context.config.workspace, 'benchmark');
}

/** Finds suites by name or folder. */
export class SuiteLocator {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Suites of the workspace, then those that ship with the product. */
  async list(): Promise<ListedSuites> {
    const files = await this.#context.suiteFiles();
    const own = await files.list(this.folderOf());
    const bundled = await files.list(files.bundled);
    const place = <T>(inOwn: readonly T[], inBundled: readonly T[]): (T & Placed)[] => [
      ...inOwn.map((entry) => ({ ...entry, place: 'workspace' as const })),
      ...inBundled.map((entry) => ({ ...entry, place: 'bundled' as const })),
    ];
    return { suites: place(own.suites, bundled.suites), damaged: place(own.damaged, bundled.damaged) };
  }

  /** Folder of a workspace suite, or of all of them. */
  folderOf(name?: string): string {
    const root = join(benchmarkFolder(this.#context), 'suites');
    return name === undefined ? root : join(root, name);
  }

  /**
   * A suite that the caller may read: by name, or by a folder within the caller's reach.
   * @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE
   */
  async open(wanted: WantedSuite, reach: Reach): Promise<Suite> {
    const files = await this.#context.suiteFiles();
    return files.open(await this.#find(files, wanted.suite, reach), wanted.split);
  }

  /**
   * Makes sure that a folder, of which a suite was read, still may be read by the caller.
   * @throws QuarryError PATH_UNREADABLE
   */
  async requireStill(folder: string, reach: Reach): Promise<void> {
    const { bundled } = await this.#context.suiteFiles();
    if (![this.folderOf(), bundled].includes(dirname(folder))) await requireReadable(reach, folder);
  }

  async #find(files: SuiteFiles, nameOrFolder: string, reach: Reach): Promise<string> {
    const isName = SUITE_NAME.test(nameOrFolder);
    const known = isName ? [this.folderOf(nameOrFolder), join(files.bundled, nameOrFolder)] : [];
    for (const folder of known) if (await files.isFolder(folder)) return folder;
    const folder = resolve(nameOrFolder);
    // A name is no path that was asked for, so that nobody is told whether there is one.
    if (isName && !(await mayRead(reach, folder))) throw await this.#notFound(nameOrFolder);
    const readable = await requireReadable(reach, folder);
    if (await files.isFolder(readable)) return readable;
    throw await this.#notFound(nameOrFolder);
  }

  async #notFound(nameOrFolder: string): Promise<QuarryError> {
    const known = (await this.list()).suites.map((suite) => suite.name);
    return new QuarryError('SUITE_NOT_FOUND', `There is no suite ${JSON.stringify(nameOrFolder.slice(0, 300))}.`, {
      hint: `Name a folder in BEIR layout, or one of: ${known.slice(0, 20).join(', ')}.`,
      details: { known: known.slice(0, 100) },
    });
  }
}
