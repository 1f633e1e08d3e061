import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder, inside a table, of its manifests: one file per version. */
export const VERSIONS_FOLDER = '_versions';

/** Names are this minus the version, in so many digits; of very old tables the version itself. */
const LAST_VERSION = 2n ** 64n - 1n;
const INVERTED_DIGITS = 20;

/** Names of a table's manifests, the newest version first. */
export async function manifestsOf(tableFolder: string): Promise<string[]> {
  const files = await readdir(join(tableFolder, VERSIONS_FOLDER)).catch(() => []); // no folder: no version
  return versioned(files)
    .sort((first, second) => second.version - first.version)
    .map(({ file }) => file);
}

/** The newest version that a table's manifests are named by; undefined where there are none. */
export function newestNamed(tableFolder: string): number | undefined {
  const versions = versioned(filesIn(join(tableFolder, VERSIONS_FOLDER))).map(({ version }) => version);
  return versions.length === 0 ? undefined : Math.max(...versions);
}

/** Those files that are manifests, with the versions that they are named by. */
function versioned(files: readonly string[]): { readonly file: string; readonly version: number }[] {
  return files.flatMap((file) => {
    const name = /^(\d+)\.manifest$/.exec(file)?.[1];
    if (name === undefined) return [];
    return [{ file, version: name.length >= INVERTED_DIGITS ? Number(LAST_VERSION - BigInt(name)) : Number(name) }];
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the engine says what is wrong
  }
}

/** Whether a manifest was cut short: a whole one ends with Lance's mark. */
export async function isTornManifest(path: string): Promise<boolean> {
  const bytes = await readFile(path);
  return bytes.length < 16 || bytes.subarray(-4).toString('latin1') !== 'LANC';
}

/** Where the manifest of a version lies. */
export function manifestPath(tableFolder: string, version: number): string {
  const inverted = (LAST_VERSION - BigInt(version)).toString().padStart(INVERTED_DIGITS, '0');
  return join(tableFolder, VERSIONS_FOLDER, `${inverted}.manifest`);
}
