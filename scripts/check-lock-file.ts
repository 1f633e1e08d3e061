import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional(), resolved: z.string().optional() }),
  ),
});

/**
 * A registry that lacks some platform's build makes npm leave it out of the lock file; `npm ci` then fails there.
 * Every optional dependency must have its entry, and no entry may name a registry's address.
 */
export async function checkLockFile(): Promise<string[]> {
  const { packages } = LockFile.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  const paths = Object.keys(packages);
  const problems: string[] = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (entry.resolved !== undefined) problems.push(`${path}: names an address (${entry.resolved})`);
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!paths.some((known) => known.endsWith(`node_modules/${name}`)))
        problems.push(`${path}: ${name} is missing from the lock file`);
    }
  }
  return problems;
}
