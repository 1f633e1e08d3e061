import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import type { MendStep } from '../../core/ports.js';
import { isReadable } from '../catalog.js';
import { arrowSchema, arrowTable } from '../columns.js';
import { commit } from '../commit.js';
import { ASIDE_FOLDER } from '../database.js';
import { manifestsOf } from '../manifests.js';
import {
  type ControlTable,
  createRecordTable,
  parseJson,
  RECORD_COLUMNS,
  type RecordRow,
  type StoredRecord,
} from '../record-table.js';
import { type MendContext, plainStep } from './mend-context.js';
import { type Reading, readRows } from './read-rows.js';
import { TableView } from './table-view.js';

/** Name of a control table that is being written in the place of a damaged one. */
const DRAFT_PREFIX = 'mend_';
/** File in a draft's folder that says that all of it is written. */
const COMPLETE = 'quarry-complete';

const WHAT: Readonly<Record<ControlTable, string>> = {
  collections: 'the list of collections',
  sources: 'the list of sources',
  jobs: 'the jobs',
  records: 'the records of benchmarks and datasets',
};

/** What is wrong with a control table; undefined when nothing is. */
export async function examineControlTable(
  context: Pick<MendContext, 'database' | 'catalog'>,
  name: ControlTable,
): Promise<string | undefined> {
  const { database, catalog } = context;
  try {
    const table = await database.table(name);
    if (table === undefined) return `The table ${name} is missing.`;
    await table.query().toArrow();
    const bad = (await catalog.damagedRecords(name)).length;
    return bad === 0 ? undefined : `${bad} records cannot be read.`;
  } catch (error) {
    database.forget(name);
    return messageOf(error).split('\n')[0];
  }
}

/** Mends a control table by writing what can be read of it into a new one; undefined when nothing is wrong with it. */
export async function mendControlTable(context: MendContext, name: ControlTable): Promise<MendStep | undefined> {
  if (context.options.act) await finishSwap(context, name);
  const damage = await examineControlTable(context, name);
  if (damage === undefined) return undefined;
  const rows = await salvageRecords(context, name);
  const isThere = await exists(context.database.folder(name));
  const step = plainStep(
    WHAT[name],
    damage,
    `${rows.length} records are kept in a new table; the damaged files are kept aside.`,
  );
  if (context.options.act) await swap(context, name, rows);
  return { ...step, aside: isThere ? join(ASIDE_FOLDER, `${name}.lance`) : '' };
}

/** Every record that the newest readable version has, and what older ones have of those that it lost. */
async function salvageRecords({ database }: MendContext, name: ControlTable): Promise<RecordRow[]> {
  const folder = database.folder(name);
  const found = new Map<string, RecordRow>();
  let lost: number | undefined;
  for (const manifest of await manifestsOf(folder)) {
    const view = await TableView.open(database.engine, folder, manifest);
    if (view === undefined) continue;
    let reading: Reading;
    try {
      reading = await readRows(view, { columns: RECORD_COLUMNS, fallbacks: [] });
    } finally {
      await view.close();
    }
    const rows = reading.rows.map(({ cells }) => cells as RecordRow); // no fallbacks: each row has every column
    const sound = rows.filter((row) => isReadable(decodeCells(row)) && !found.has(row.id));
    lost ??= reading.failed + rows.length - sound.length;
    for (const row of sound.slice(0, found.size === 0 ? undefined : lost)) found.set(row.id, row);
    lost -= found.size === sound.length ? 0 : sound.length;
    if (lost <= 0) break;
  }
  if (lost !== undefined || name === 'jobs') return [...found.values()];
  const donor = arrowTable(database.engine, arrowSchema(database.engine, RECORD_COLUMNS), [NO_RECORD]);
  const raw = await TableView.openRaw(database.engine, folder, donor);
  if (raw === undefined) return [];
  try {
    const { rows } = await readRows(raw, { columns: RECORD_COLUMNS, fallbacks: [] });
    const records = rows.map(({ cells }) => cells as RecordRow); // no fallbacks: each row has every column
    for (const row of records.filter((record) => isReadable(decodeCells(record)))) found.set(row.id, row);
  } finally {
    await raw.close();
  }
  return [...found.values()];
}

const NO_RECORD: RecordRow = { id: '', kind: '', name: '', label: '', made_at: '', json: '' };

function decodeCells({ kind, name, label, made_at: madeAt, json }: RecordRow): StoredRecord {
  return { kind, name, label, madeAt, value: parseJson(json) };
}

async function swap(context: MendContext, name: ControlTable, rows: readonly RecordRow[]): Promise<void> {
  const { database } = context;
  const draft = `${DRAFT_PREFIX}${name}`;
  await database.dropTable(draft);
  const table = await createRecordTable(database, draft);
  const schema = arrowSchema(database.engine, RECORD_COLUMNS);
  if (rows.length > 0) {
    const data = arrowTable(database.engine, schema, rows);
    await commit(() => table.mergeInsert('id').whenNotMatchedInsertAll().useIndex(false).execute(data));
  }
  database.forget(draft);
  await writeFile(join(database.folder(draft), COMPLETE), '');
  await finishSwap(context, name);
}

/** Puts a draft that is complete in its place; one that is not is left to be written again. */
async function finishSwap({ database }: MendContext, name: ControlTable): Promise<void> {
  const draft = database.folder(`${DRAFT_PREFIX}${name}`);
  if (!(await exists(join(draft, COMPLETE)))) return;
  await database.setTableAside(name);
  await rename(draft, database.folder(name));
  await rename(join(database.folder(name), COMPLETE), join(database.folder(name), 'quarry-mended'));
  database.forget(name);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
