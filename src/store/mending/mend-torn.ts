import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { MendStep } from '../../core/ports.js';
import { ASIDE_FOLDER, type Database } from '../database.js';
import { forgetSyncs } from './mend-collection.js';
import { type MendContext, plainStep } from './mend-context.js';

/** Ending of the folders of files that have been dealt with; they are kept for the owner to look at or delete. */
const SETTLED = '.lance';

/** Tables whose newest version was torn and moved aside when they were opened. */
export async function tornTables({ directory }: Pick<Database, 'directory'>): Promise<string[]> {
  const names = await readdir(join(directory, ASIDE_FOLDER)).catch(() => []); // nothing was ever moved aside
  return names.filter((name) => !name.endsWith(SETTLED));
}

/** Has the next sync read everything again of collections that fell back to the version before. */
export async function mendTorn(context: MendContext): Promise<MendStep[]> {
  const { database, catalog, options } = context;
  const steps: MendStep[] = [];
  for (const table of await tornTables(database)) {
    const entries = [...(await catalog.collections()).values()];
    const name = entries.find((entry) => entry.table.name === table)?.collection.name;
    if (options.act) {
      if (name !== undefined) await forgetSyncs(context, name);
      const aside = join(database.directory, ASIDE_FOLDER);
      await rename(join(aside, table), join(aside, `${table}.torn-${Date.parse(options.now)}${SETTLED}`));
    }
    const damage = 'Its newest version was torn by a crash of the machine; the version before it is in use.';
    const action = 'The torn file is kept aside; the next sync reads its sources again.';
    steps.push({
      ...plainStep(name === undefined ? table : `collection ${name}`, damage, action),
      aside: ASIDE_FOLDER,
    });
  }
  return steps;
}
