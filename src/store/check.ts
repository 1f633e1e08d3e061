import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../core/errors.js';
import type { StoreFinding } from '../core/ports.js';
import { TABLE_PREFIX } from './catalog.js';
import type { CollectionTables } from './collection-tables.js';
import { ASIDE_FOLDER, type Database } from './database.js';
import { readFormat } from './format.js';
import { coverage, KEYWORD_COLUMN, missingIndexes } from './indexes.js';
import type { KnowledgeTable } from './knowledge-table.js';
import type { WriterLease } from './lease.js';
import { brokenIndexes } from './maintenance.js';
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
  readonly tables: CollectionTables;
}

/** Looks at everything that can be wrong with a database; changes nothing. */
export async function checkStore(context: CheckContext): Promise<StoreFinding[]> {
  const findings = [
    await checkFormat(context),
    await checkDisk(context),
    await checkWriter(context),
    await checkAside(context),
    await checkOldVersions(context),
  ];
  try {
    findings.push(await checkLeftovers(context));
    for (const { knowledge } of await context.tables.all()) findings.push(...(await checkCollection(knowledge)));
  } catch (error) {
    findings.push({
      name: 'collections',
      ok: false,
      detail: messageOf(error),
      hint: 'Restore the folder from a backup, or move it away and ingest again.',
    });
  }
  return findings;
}

async function checkLeftovers({ tables }: CheckContext): Promise<StoreFinding> {
  const orphans = await tables.orphans();
  if (orphans.length === 0) return { name: 'leftovers', ok: true, detail: 'none' };
  const detail = `${orphans.length} tables of collections that are gone`;
  return { name: 'leftovers', ok: false, detail, hint: 'The next ingest or sync removes them.' };
}

async function checkFormat({ database, newestFormat }: CheckContext): Promise<StoreFinding> {
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
  const tables = await readdir(join(database.directory, ASIDE_FOLDER)).catch(() => []); // nothing was ever moved aside
  if (tables.length === 0) return { name: 'torn files', ok: true, detail: 'none' };
  return {
    name: 'torn files',
    ok: false,
    detail: `the newest version of ${tables.join(', ')} was torn by a crash of the machine; the version before it is in use`,
    hint: `Sync the sources to bring back what was lost, then delete the folder ${ASIDE_FOLDER} in the database.`,
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

async function checkCollection(knowledge: KnowledgeTable): Promise<StoreFinding[]> {
  const name = `collection ${knowledge.collection}`;
  const mend = 'Sync the collection: maintenance rebuilds its indexes.';
  try {
    const { documents, chunks } = await knowledge.count();
    const damaged = await knowledge.damaged();
    const rows: StoreFinding =
      damaged.length === 0
        ? { name, ok: true, detail: `${documents} documents, ${chunks} chunks` }
        : {
            name,
            ok: false,
            detail: `${damaged.length} documents are not whole: ${damaged.slice(0, 5).join(', ')}`,
            hint: 'Recover the store, then sync the sources.',
          };
    const table = await knowledge.open();
    const bad = [...new Set([...(await missingIndexes(table)), ...(await brokenIndexes(table))])];
    const tail = (await coverage(table, KEYWORD_COLUMN))?.unindexed ?? chunks;
    const indexes: StoreFinding =
      bad.length === 0
        ? { name: `${name}: indexes`, ok: true, detail: `${tail} rows not yet folded in` }
        : { name: `${name}: indexes`, ok: false, detail: `cannot be read: ${bad.join(', ')}`, hint: mend };
    return [rows, indexes];
  } catch (error) {
    return [
      {
        name,
        ok: false,
        detail: messageOf(error),
        hint: 'Remove the collection and ingest its sources again, or restore the folder from a backup.',
      },
    ];
  }
}
