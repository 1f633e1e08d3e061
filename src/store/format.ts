import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { QuarryError, systemCode } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { makeFolder } from '../files/make-folder.js';
import type { Database } from './database.js';
import { DESCRIPTION_FILE } from './self-description.js';

/** File that says which format a database folder has. */
export const FORMAT_FILE = 'quarry-store.json';

const FORMAT = z.object({ format: z.number().int().min(0) });

/** One step from a format to the next. Must be repeatable: it runs again after a crash in the middle. */
export interface Migration {
  /** The format that it leads to; the steps are numbered from 1 without gaps. */
  readonly to: number;
  readonly name: string;
  apply(context: { readonly database: Database; readonly clock: Clock }): Promise<void>;
}

/**
 * The format of a database folder: 0 for an empty or missing one. Where the file that tells it is damaged, or missing
 * beside tables of collections, the tables tell: reading and writing go on, and the check names the file.
 * @throws QuarryError PATH_UNREADABLE
 */
export async function readFormat(directory: string): Promise<number> {
  const format = await readFormatFile(directory);
  return format === undefined || format === 0 ? inferFormat(directory) : format;
}

/** What the file says: 0 when there is none, undefined when it says nothing. @throws QuarryError PATH_UNREADABLE */
export async function readFormatFile(directory: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, FORMAT_FILE), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw new QuarryError('PATH_UNREADABLE', `The database folder cannot be read: ${directory}.`, {
      hint: 'Give this user the right to read it, or choose another folder.',
      cause: error,
    });
  }
  try {
    return FORMAT.parse(JSON.parse(text)).format;
  } catch {
    return undefined; // torn or damaged; the check says so
  }
}

/** The format by what the tables of collections say of themselves; 1 where they are silent, 0 where there are none. */
export async function inferFormat(directory: string): Promise<number> {
  const entries = await readdir(directory).catch(() => []); // no folder yet
  const tables = entries.filter((name) => /^k_.*\.lance$/.test(name));
  if (tables.length === 0) return 0;
  const told = await Promise.all(tables.map((name) => formatOfTable(join(directory, name, DESCRIPTION_FILE))));
  return Math.max(1, ...told);
}

async function formatOfTable(path: string): Promise<number> {
  try {
    return FORMAT.parse(JSON.parse(await readFile(path, 'utf8'))).format;
  } catch {
    return 0; // it says nothing
  }
}

/** @throws QuarryError STORE_BROKEN when the folder was written by a later version */
export function refuseNewerFormat(format: number, newest: number): void {
  if (format <= newest) return;
  throw new QuarryError(
    'STORE_BROKEN',
    `The database has format ${format}; this version of Quarry knows formats up to ${newest}.`,
    {
      hint: 'A later version of Quarry wrote it: install that version or a newer one, or choose another folder.',
      details: { format, newest },
    },
  );
}

/** Applies the steps that are missing, writing the format down after each. Must be called by the only writer. */
export async function migrate(database: Database, clock: Clock, migrations: readonly Migration[]): Promise<void> {
  const format = await readFormat(database.directory);
  refuseNewerFormat(format, migrations.at(-1)?.to ?? 0);
  for (const migration of migrations.filter(({ to }) => to > format)) {
    await migration.apply({ database, clock });
    await writeFormat(database.directory, migration.to);
  }
}

/** Writes the file whole or not at all, and to the disk. */
export async function writeFormat(directory: string, format: number): Promise<void> {
  await makeFolder(directory);
  const path = join(directory, FORMAT_FILE);
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx');
  try {
    await file.writeFile(`${JSON.stringify({ format })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
