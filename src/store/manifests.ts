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
  return files.filter((file) => file.endsWith('.manifest')).sort(newestFirst);
}

/** The newest sorts first where names are inverted. */
function newestFirst(first: string, second: string): number {
  const isInverted = first.length >= INVERTED_DIGITS + '.manifest'.length;
  return isInverted ? (first < second ? -1 : 1) : Number.parseInt(second, 10) - Number.parseInt(first, 10);
}

/** The newest version that a table's manifests are named by; undefined where there are none. */
export function newestNamed(tableFolder: string): number | undefined {
  let newest: number | undefined;
  for (const file of filesIn(join(tableFolder, VERSIONS_FOLDER))) {
    const name = /^(\d+)\.manifest$/.exec(file)?.[1];
    if (name === undefined) continue;
    const version = name.length >= INVERTED_DIGITS ? Number(LAST_VERSION - BigInt(name)) : Number(name);
    if (newest === undefined || version > newest) newest = version;
  }
  return newest;
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
