import { statfs } from 'node:fs/promises';
import type { StoreFinding } from '../core/ports.js';
import { type Catalog, TABLE_PREFIX } from './catalog.js';
import type { CollectionRows, CollectionTables } from './collection-tables.js';
import type { Database } from './database.js';
import { FORMAT_FILE, readFormat, readFormatFile } from './format.js';
import { coverage, KEYWORD_COLUMN } from './indexes.js';
import type { WriterLease } from './lease.js';
import { examineCollection } from './mending/mend-collection.js';
import { examineControlTable } from './mending/mend-control-table.js';
import { sourcelessDocuments } from './mending/mend-ownership.js';
import { tornTables } from './mending/mend-torn.js';
import type { Presence } from './presence.js';
import { CONTROL_TABLES } from './record-table.js';
import { spareBytes } from './spare-bytes.js';

const LOW_DISK_BYTES = 500 * 1024 * 1024;

/** What the check looks at. */
export interface CheckContext {
  readonly database: Database;
  readonly lease: WriterLease;
  readonly presence: Presence;
  readonly newestFormat: number;
  readonly catalog: Catalog;
  readonly tables: CollectionTables;
}

/** What to do about damage. */
const HINT = 'Run `quarry doctor --mend` to see what can be saved, then add --confirm.';

/** Looks at everything that can be wrong with a database; changes nothing. */
export async function checkStore(context: CheckContext): Promise<StoreFinding[]> {
  const findings = [
    await checkFormat(context),
    await checkDisk(context),
    await checkWriter(context),
    await checkAside(context),
    await checkOldVersions(context),
  ];
  for (const name of CONTROL_TABLES) {
    const damage = await examineControlTable(context, name);
    findings.push(damage === undefined ? { name, ok: true, detail: 'readable' } : bad(name, damage));
  }
  findings.push(await checkOrphans(context));
  for (const rows of await context.tables.all()) findings.push(...(await checkCollection(context, rows)));
  return findings;
}

function bad(name: string, detail: string): StoreFinding {
  return { name, ok: false, detail, hint: HINT };
}

async function checkOrphans({ tables }: CheckContext): Promise<StoreFinding> {
  const orphans = await tables.orphans();
  if (orphans.length === 0) return { name: 'tables without a collection', ok: true, detail: 'none' };
  const detail = `${orphans.join(', ')}: rows that no collection owns. Nothing removes them.`;
  return bad('tables without a collection', detail);
}

async function checkFormat({ database, newestFormat }: CheckContext): Promise<StoreFinding> {
  if (!((await readFormatFile(database.directory)) ?? 0)) return bad('format', `${FORMAT_FILE} is damaged or missing`);
  const format = await readFormat(database.directory);
  return { name: 'format', ok: format <= newestFormat, detail: `version ${format} of ${newestFormat}` };
}

async function checkDisk({ database }: CheckContext): Promise<StoreFinding> {
  const disk = await statfs(database.directory);
  const free = disk.bavail * disk.bsize;
  const detail = `${Math.round(free / 1024 / 1024)} MB free`;
  if (free >= LOW_DISK_BYTES) return { name: 'disk', ok: true, detail };
  return {
    name: 'disk',
    ok: false,
    detail,
    hint: 'Free some space: folding indexes needs about the size of the collection.',
  };
}

async function checkWriter({ lease }: CheckContext): Promise<StoreFinding> {
  const holder = await lease.holder();
  const detail =
    holder === undefined ? 'nobody is writing' : `process ${holder.pid} on ${holder.host} writes since ${holder.since}`;
  return { name: 'writer', ok: true, detail };
}

async function checkAside({ database }: CheckContext): Promise<StoreFinding> {
  const torn = await tornTables(database);
  if (torn.length === 0) return { name: 'torn files', ok: true, detail: 'none' };
  return {
    name: 'torn files',
    ok: false,
    detail: `the newest version of ${torn.join(', ')} was torn by a crash of the machine; the version before it is in use`,
    hint: 'Run `quarry doctor --mend --confirm`. Sync the sources to bring back what was lost.',
  };
}

async function checkOldVersions({ database, presence }: CheckContext): Promise<StoreFinding> {
  const names = (await database.tableNames()).filter((name) => isOurs(name));
  let bytes = 0;
  for (const name of names) {
    const table = await database.table(name).catch(() => undefined); // a broken table has a finding of its own
    if (table !== undefined) bytes += await spareBytes(database.folder(name), table).catch(() => 0);
  }
  const amount = `about ${(bytes / 1e6).toFixed(1)} MB`;
  const detail = (await presence.isAlone())
    ? `${amount}, freed when this program closes the database, and at the end of every job`
    : `${amount}, freed half a minute after the other programs have closed the database, or by a job that ends ten minutes after they were replaced`;
  return { name: 'old versions', ok: true, detail };
}

function isOurs(name: string): boolean {
  return name.startsWith(TABLE_PREFIX) || (CONTROL_TABLES as readonly string[]).includes(name); // widened to ask for any name
}

async function checkCollection(context: CheckContext, rows: CollectionRows): Promise<StoreFinding[]> {
  const name = `collection ${rows.entry.collection.name}`;
  const damage = await examineCollection(context, rows);
  if (damage !== undefined) {
    return damage.kind === 'rows'
      ? [bad(name, damage.reason)]
      : [
          {
            ...bad(`${name}: indexes`, damage.reason),
            hint: `${HINT} A sync of the collection builds them anew as well.`,
          },
        ];
  }
  const { documents, chunks } = await rows.knowledge.count();
  const tail = (await coverage(await rows.knowledge.open(), KEYWORD_COLUMN))?.unindexed ?? chunks;
  const sourceless = [...(await sourcelessDocuments(context, rows)).values()].reduce((sum, count) => sum + count, 0);
  return [
    { name, ok: true, detail: `${documents} documents, ${chunks} chunks` },
    { name: `${name}: indexes`, ok: true, detail: `${tail} rows not yet folded in` },
    sourceless === 0
      ? { name: `${name}: sources`, ok: true, detail: 'each document has one' }
      : bad(`${name}: sources`, `${sourceless} documents have no source`),
  ];
}
