import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below a folder whose names match, links not followed, sorted; empty when there is no such folder. */
export async function filesBelow(folder: string, name: RegExp): Promise<string[]> {
  const root = await realpath(folder).catch(() => '');
  if (root === '') return [];
  if ((await stat(root)).isFile()) return name.test(root) ? [root] : [];
  const found: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && name.test(entry.name)) found.push(join(entry.parentPath, entry.name));
  }
  return found.sort();
}

/** So many of the items, chosen by a hash of their names: the same on every machine and in every run. */
export function sampled(items: readonly string[], limit: number): string[] {
  const rank = (item: string): string => createHash('sha256').update(item).digest('hex');
  const ranked = items.map((item) => [rank(item), item] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return ranked
    .slice(0, limit)
    .map(([, item]) => item)
    .sort();
}
