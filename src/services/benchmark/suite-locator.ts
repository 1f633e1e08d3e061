import { isAbsolute, join, resolve } from 'node:path';
import type { Suite, SuiteDamage, SuiteFiles, SuiteSummary } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import type { ServiceContext } from '../context.js';

/** Name of a suite that lives in the workspace or ships with the product. */
const SUITE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Where a suite lives. */
interface Placed {
  readonly place: 'workspace' | 'bundled';
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

/** Whether the text names a suite rather than a folder. */
export function isSuiteName(text: string): boolean {
  return SUITE_NAME.test(text);
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

  /** @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID */
  async open(nameOrFolder: string, split?: string): Promise<Suite> {
    const files = await this.#context.suiteFiles();
    return files.open(await this.#find(files, nameOrFolder), split);
  }

  async #find(files: SuiteFiles, nameOrFolder: string): Promise<string> {
    const candidates = isSuiteName(nameOrFolder)
      ? [this.folderOf(nameOrFolder), join(files.bundled, nameOrFolder), resolve(nameOrFolder)]
      : [isAbsolute(nameOrFolder) ? nameOrFolder : resolve(nameOrFolder)];
    for (const folder of candidates) if (await files.isFolder(folder)) return folder;
    const known = (await this.list()).suites.map((suite) => suite.name);
    throw new QuarryError('SUITE_NOT_FOUND', `There is no suite ${JSON.stringify(nameOrFolder.slice(0, 300))}.`, {
      hint: `Name a folder in BEIR layout, or one of: ${known.slice(0, 20).join(', ')}.`,
      details: { known: known.slice(0, 100) },
    });
  }
}
