import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Source } from '../core/types.js';
import { type CatalogEntry, ENTRY, SOURCE } from './catalog-shapes.js';
import type { Database } from './database.js';

/** File, in the folder of a collection's table, that says whose rows these are should the catalogue ever be lost. */
export const DESCRIPTION_FILE = 'quarry-collection.json';

const DESCRIPTION = z.object({
  format: z.number().int().min(0),
  entry: ENTRY,
  sources: z.array(SOURCE).catch([]),
});

/** What a table says of itself. */
export interface Description {
  /** Format of the database when this was written. */
  readonly format: number;
  readonly entry: CatalogEntry;
  /** Sources of the collection as they were added; what a sync changes is left out. */
  readonly sources: readonly Source[];
}

/** What the table says of itself, or undefined when it says nothing that can be read. */
export async function readDescription(database: Database, table: string): Promise<Description | undefined> {
  try {
    const text = await readFile(join(database.folder(table), DESCRIPTION_FILE), 'utf8');
    const { entry, ...rest } = DESCRIPTION.parse(JSON.parse(text));
    return { ...rest, entry: { ...entry, table: { ...entry.table, name: table } } };
  } catch {
    return undefined; // written by an earlier version, or damaged: the catalogue, or a guess, must do
  }
}

/** Writes the description where it differs from the one that is there: whole or not at all, and to the disk. */
export async function writeDescription(database: Database, description: Description): Promise<void> {
  const { entry, sources, format } = description;
  const table = { ...entry.table, vectorIndex: null };
  const kept = sources.map((source) => ({ ...source, state: null, syncedAt: null }));
  const text = `${JSON.stringify({ format, entry: { ...entry, table }, sources: kept })}\n`;
  const path = join(database.folder(table.name), DESCRIPTION_FILE);
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
