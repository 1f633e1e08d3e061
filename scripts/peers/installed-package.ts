import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where a package lies, or why it is not there. */
export type InstalledPackage = { readonly folder: string } | { readonly reason: string };

/** Installs a package that the project does not depend on into a temporary folder, which is removed after its use. */
export async function withPackage<T>(spec: string, use: (found: InstalledPackage) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-peer-'));
  try {
    return await use(await install(spec, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(spec: string, folder: string): Promise<InstalledPackage> {
  process.stderr.write(`Installing ${spec} into a temporary folder for a peer ...\n`);
  // The project itself ignores install scripts, and npm hands that on to what it runs; a native part is built by one.
  const words = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts=false', spec];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    await promisify(execFile)(npm, words, { cwd: folder, shell: process.platform === 'win32' });
    return { folder };
  } catch (error) {
    return { reason: `${spec} could not be installed: ${firstLine(error)}` };
  }
}

/** The first line of what a program wrote before it failed, else of the error's message. */
export function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const written = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return (written === '' ? error.message : written).split('\n', 1)[0] ?? '';
}
