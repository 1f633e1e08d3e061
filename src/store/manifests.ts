import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folder, inside a table, of its manifests: one file per version. */
export const VERSIONS_FOLDER = '_versions';

/** Names of a table's manifests, the newest version first. */
export async function manifestsOf(tableFolder: string): Promise<string[]> {
  const files = await readdir(join(tableFolder, VERSIONS_FOLDER)).catch(() => []); // no folder: no version
  return files.filter((file) => file.endsWith('.manifest')).sort(newestFirst);
}

/** Names are 2^64 - 1 - version, so the newest sorts first; very old tables used the plain version. */
function newestFirst(first: string, second: string): number {
  const isInverted = first.length >= 20 + '.manifest'.length;
  return isInverted ? (first < second ? -1 : 1) : Number.parseInt(second, 10) - Number.parseInt(first, 10);
}

/** Whether a manifest was cut short: a whole one ends with Lance's mark. */
export async function isTornManifest(path: string): Promise<boolean> {
  const bytes = await readFile(path);
  return bytes.length < 16 || bytes.subarray(-4).toString('latin1') !== 'LANC';
}

/** Where the manifest of a version lies. */
export function manifestPath(tableFolder: string, version: number): string {
  const inverted = (2n ** 64n - 1n - BigInt(version)).toString().padStart(20, '0');
  return join(tableFolder, VERSIONS_FOLDER, `${inverted}.manifest`);
}
