import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a file is damaged. */
export const WAYS = ['removed', 'truncated', 'flipped'] as const;
/** One of {@link WAYS}. */
export type Way = (typeof WAYS)[number];

/** Damages a file; flipped bytes are spread over it, the same in every run. */
export function damageFile(path: string, way: Way): void {
  if (way === 'removed') {
    rmSync(path, { recursive: true });
    return;
  }
  if (way === 'truncated') {
    truncateSync(path, Math.floor(statSync(path).size / 2));
    return;
  }
  const bytes = readFileSync(path);
  const step = Math.max(3, Math.floor(bytes.length / 12));
  for (let at = Math.floor(step / 2); at < bytes.length; at += step) bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
  writeFileSync(path, bytes);
}

/** Files below a folder, sorted, with their paths from it. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  return names.filter((name) => statSync(join(folder, name)).isFile());
}

/** Every file below a folder with a hash of its bytes. */
export function snapshot(folder: string): Record<string, string> {
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(filesBelow(folder).map((name) => [name, hash(name)]));
}

/** Files of a kind in a table's folder; of manifests the newest alone. */
export function filesOfKind(table: string, kind: 'data' | '_versions' | '_deletions' | '_indices'): string[] {
  const files = filesBelow(join(table, kind)).map((name) => join(table, kind, name));
  if (kind !== '_versions') return files;
  return files.filter((name) => name.endsWith('.manifest')).slice(0, 1);
}
