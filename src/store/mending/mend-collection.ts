import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import type { LostDocument, MendStep } from '../../core/ports.js';
import type { Collection, Document } from '../../core/types.js';
import type { CatalogEntry } from '../catalog-shapes.js';
import type { CollectionRows } from '../collection-tables.js';
import { ASIDE_FOLDER } from '../database.js';
import { missingIndexes } from '../indexes.js';
import type { KnowledgeRow } from '../knowledge-rows.js';
import { KnowledgeTable } from '../knowledge-table.js';
import { brokenIndexes, maintainTable, rebuildIndexes } from '../maintenance.js';
import type { MendContext } from './mend-context.js';
import { isNote, salvageTable, type TableSalvage } from './salvage-table.js';
import { verifyTable } from './verify-table.js';

/** Documents that are cut and embedded at once. */
const REMADE_AT_ONCE = 64;

/** What is wrong with a collection. */
export interface CollectionDamage {
  readonly kind: 'rows' | 'indexes';
  readonly reason: string;
}

/** What is wrong with a collection, after reading all of it; undefined when nothing is. */
export async function examineCollection(
  { database }: Pick<MendContext, 'database'>,
  { knowledge }: CollectionRows,
): Promise<CollectionDamage | undefined> {
  try {
    const { damaged } = await verifyTable(database.engine, knowledge);
    if (damaged.length > 0) {
      const named = damaged.slice(0, 5).join(', ');
      return { kind: 'rows', reason: `${damaged.length} documents are not whole: ${named}` };
    }
    const table = await knowledge.open();
    const bad = [...new Set([...(await missingIndexes(table)), ...(await brokenIndexes(table))])];
    return bad.length === 0 ? undefined : { kind: 'indexes', reason: `Indexes cannot be read: ${bad.join(', ')}` };
  } catch (error) {
    database.forget(knowledge.name);
    return { kind: 'rows', reason: messageOf(error) };
  }
}

/** Mends a collection, or says what mending it would come to; undefined when nothing is wrong with it. */
export async function mendCollection(context: MendContext, rows: CollectionRows): Promise<MendStep | undefined> {
  const damage = await examineCollection(context, rows);
  if (damage === undefined) return undefined;
  const { entry, knowledge } = rows;
  const what = `collection ${entry.collection.name}`;
  if (damage.kind === 'indexes') {
    const { documents } = await knowledge.count();
    if (context.options.act) await rebuildIndexes(context.database.engine, await knowledge.open());
    const kept = { documents, notes: 0, remade: 0, lost: [], lostRows: 0, aside: '' };
    return { what, damage: damage.reason, action: 'The indexes are built anew; no row is touched.', ...kept };
  }
  const folder = context.database.folder(entry.table.name);
  const salvage = await salvageTable(context.database.engine, {
    folder,
    collection: entry.collection.name,
    dimensions: entry.table.dimensions,
  });
  const step = stepOf(what, damage.reason, salvage);
  const aside = join(ASIDE_FOLDER, `${entry.table.name}.lance`);
  if (context.options.act) await moveOver(context, entry, salvage);
  return { ...step, aside };
}

function stepOf(what: string, damage: string, { documents, lostRows }: TableSalvage): Omit<MendStep, 'aside'> {
  const all = [...documents.values()];
  const kept = all.filter(({ state }) => state !== 'lost');
  return {
    what,
    damage,
    action: 'What can be read is written into a new table with new indexes; the damaged files are kept aside.',
    documents: kept.length,
    notes: kept.filter(isNote).length,
    remade: kept.filter(({ state }) => state === 'text').length,
    lost: all.flatMap((salvaged): LostDocument[] => (salvaged.state === 'lost' ? [salvaged.document] : [])),
    lostRows,
  };
}

/** Writes what was saved into a new table and puts it in place of the damaged one, in one commit. */
async function moveOver(context: MendContext, entry: CatalogEntry, salvage: TableSalvage): Promise<void> {
  const { catalog, tables } = context;
  const draft = await tables.createTable(entry.collection);
  // Until it is in place the new table is noted down as left over, so that a crash leaves nothing to wonder about.
  await catalog.change({ leftovers: [{ table: draft.name, fate: 'drop', sourcesOf: '' }] });
  await fill(context, { ...entry, table: draft }, salvage);
  const old: string = entry.table.name;
  await forgetSyncs(context, entry.collection.name);
  await tables.replaceTable({ ...entry, table: draft }, { table: old, fate: 'aside', sourcesOf: '' });
}

async function fill(context: MendContext, entry: CatalogEntry, { documents }: TableSalvage): Promise<void> {
  const { database, policy } = context;
  const knowledge = new KnowledgeTable(database, entry.collection.name, entry.table);
  const whole: (readonly KnowledgeRow[])[] = [];
  const texts: Document[] = [];
  for (const salvaged of documents.values()) {
    if (salvaged.state === 'whole') whole.push(salvaged.rows);
    if (salvaged.state === 'text') texts.push(salvaged.document);
  }
  await knowledge.putRows(whole);
  for (let from = 0; from < texts.length; from += REMADE_AT_ONCE)
    await remake(context, {
      collection: entry.collection,
      knowledge,
      documents: texts.slice(from, from + REMADE_AT_ONCE),
    });
  const state = { state: undefined, syncedMs: 0, remember: async () => undefined };
  const exact = { ...policy, residentBytes: Number.MAX_SAFE_INTEGER }; // the next maintenance builds what a search may use
  await maintainTable(knowledge, { database, policy: exact, ...state }, context.options.report);
}

async function remake(
  { options }: MendContext,
  work: { collection: Collection; knowledge: KnowledgeTable; documents: readonly Document[] },
): Promise<void> {
  const { collection, knowledge, documents } = work;
  const made = await options.remake(collection, documents);
  // Without passages a document is kept and found by its name, until a reindex makes them.
  await knowledge.put(made ?? documents.map((document) => ({ document: { ...document, chunkCount: 0 }, chunks: [] })));
}

/** What a source remembers of its last sync would have it pass over what was lost. */
export async function forgetSyncs({ catalog }: Pick<MendContext, 'catalog'>, collection: string): Promise<void> {
  for (const source of await catalog.sources(collection).catch(() => []))
    if (source.state !== null) await catalog.putSource({ ...source, state: null });
}
