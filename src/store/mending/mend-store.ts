import type { MendStep } from '../../core/ports.js';
import { inferFormat, readFormatFile, writeFormat } from '../format.js';
import { CONTROL_TABLES } from '../record-table.js';
import { mendCollection } from './mend-collection.js';
import { type MendContext, plainStep } from './mend-context.js';
import { examineControlTable, mendControlTable } from './mend-control-table.js';
import { adoptOrphans, mendSources } from './mend-ownership.js';
import { mendTorn } from './mend-torn.js';

/**
 * Mends everything in a database that can be mended, or says what it would come to. Each part is put in place in one
 * step, so that after a crash at any moment the same call goes on. Must be called by the only writer when it acts.
 */
export async function mendStore(context: MendContext): Promise<MendStep[]> {
  const { catalog, tables, options } = context;
  const steps: (MendStep | undefined)[] = [await mendFormat(context)];
  const areSourcesLost = (await examineControlTable(context, 'sources')) !== undefined;
  for (const name of CONTROL_TABLES) {
    const step = await mendControlTable(context, name);
    const isList = step !== undefined && name === 'collections' && !options.act;
    steps.push(isList ? { ...step, action: `${step.action} ${await described(context)}` } : step);
  }
  if (options.act) await tables.clearLeftovers();
  steps.push(...(await mendTorn(context)));
  steps.push(...(await adoptOrphans(context)));
  for (const rows of await tables.all()) {
    steps.push(await mendCollection(context, rows));
    const { collection } = await catalog.entry(rows.entry.collection.name);
    steps.push(await mendSources(context, await tables.rows(collection.name), areSourcesLost));
    if (options.act) await tables.describe(collection.name);
  }
  return steps.filter((step) => step !== undefined);
}

async function described({ catalog }: MendContext): Promise<string> {
  const names = [...(await catalog.collections()).keys()].sort();
  return names.length === 0 ? '' : `Taken up again by what their tables say of themselves: ${names.join(', ')}.`;
}

async function mendFormat({ database, options }: MendContext): Promise<MendStep | undefined> {
  const found = await readFormatFile(database.directory);
  if (typeof found === 'number' && found > 0) return undefined;
  const format = await inferFormat(database.directory);
  if (options.act) await writeFormat(database.directory, format);
  const damage =
    found === 0 ? 'The file that tells the format is missing.' : 'The file that tells the format is damaged.';
  return plainStep('format', damage, `It is written again: the tables are of format ${format}.`);
}
