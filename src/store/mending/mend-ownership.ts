import { sha256 } from '../../core/identity.js';
import { noteSource } from '../../core/note-source.js';
import type { MendStep } from '../../core/ports.js';
import type { Collection, Source } from '../../core/types.js';
import type { CatalogEntry } from '../catalog-shapes.js';
import type { CollectionRows } from '../collection-tables.js';
import { KnowledgeTable } from '../knowledge-table.js';
import { readDescription } from '../self-description.js';
import { type MendContext, plainStep } from './mend-context.js';
import { verifyTable } from './verify-table.js';

/** Takes up every table that holds rows and belongs to no collection. */
export async function adoptOrphans(context: MendContext): Promise<MendStep[]> {
  const { catalog, tables, options } = context;
  const taken = new Set((await catalog.collections()).keys());
  const steps: MendStep[] = [];
  for (const table of await tables.orphans()) {
    const entry = await ownerOf(context, table);
    const name = freeName(entry.collection.name, taken);
    taken.add(name);
    const documents = await countDocuments(context, entry);
    if (options.act) {
      await catalog.change({ entries: [{ ...entry, collection: { ...entry.collection, name } }] });
      await tables.describe(name);
    }
    const damage = `Its rows are there (${table}), but no collection owns them.`;
    const action = `It is taken up as collection ${name}. Delete that collection if it is not wanted.`;
    steps.push({ ...plainStep(`collection ${name}`, damage, action), documents });
  }
  return steps;
}

/** What the table says of itself, or what can be told from its name and its shape. */
async function ownerOf({ database, options }: MendContext, table: string): Promise<CatalogEntry> {
  const described = (await readDescription(database, table))?.entry;
  if (described !== undefined) return described;
  const [, slug = 'recovered', hash] = /^k_(.*)_([0-9a-f]{8})_[0-9a-f]{8}$/.exec(table) ?? [];
  const guesses = [slug, slug.replaceAll('_', '-'), slug.replaceAll('_', '.')];
  const name = guesses.find((guess) => sha256(guess).slice(0, 8) === hash) ?? slug;
  const dimensions = await dimensionsOf({ database }, table);
  const collection: Collection = {
    name: /^[A-Za-z0-9]/.test(name) ? name : `recovered-${hash ?? 'x'}`,
    description: '',
    // Nothing says which model made the vectors: a reindex makes them anew from the stored texts.
    fingerprint: {
      model: 'unknown',
      revision: '',
      dtype: '',
      pooling: 'none',
      queryPrefix: '',
      documentPrefix: '',
      dimensions,
      normalized: true,
    },
    sizing: { maxTokens: 256, minTokens: 48 },
    chunker: '',
    createdAt: options.now,
  };
  return { collection, table: { name: table, dimensions, vectorIndex: null } };
}

async function dimensionsOf({ database }: Pick<MendContext, 'database'>, name: string): Promise<number> {
  const table = await database.table(name).catch(() => undefined); // then the length of its vectors is unknown too
  const field = (await table?.schema())?.fields.find((field) => field.name === 'vector');
  const type: unknown = field?.type;
  return typeof type === 'object' && type !== null && 'listSize' in type ? Number(type.listSize) : 1;
}

/** The name, or one like it that is free. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const scratch = '.reindex'; // a table that was to replace another one takes its place when that one is gone
  const name =
    wanted.endsWith(scratch) && !taken.has(wanted.slice(0, -scratch.length))
      ? wanted.slice(0, -scratch.length)
      : wanted;
  if (!taken.has(name)) return name;
  for (let number = 1; ; number++) {
    const other = `${name}-recovered${number === 1 ? '' : `-${number}`}`;
    if (!taken.has(other)) return other;
  }
}

async function countDocuments({ database }: MendContext, entry: CatalogEntry): Promise<number> {
  const knowledge = new KnowledgeTable(database, entry.collection.name, entry.table);
  return knowledge.count().then(
    ({ documents }) => documents,
    () => 0, // it is damaged too: mending the collection, once it is taken up, counts what can be saved
  );
}

/** Documents of a collection whose source is not known, by the source's id. */
export async function sourcelessDocuments(
  { database, catalog }: Pick<MendContext, 'database' | 'catalog'>,
  { knowledge, entry }: CollectionRows,
): Promise<Map<string, number>> {
  // What Quarry keeps for itself (the documents of suites) never had any; no caller's collection has a full stop in its name.
  if (entry.collection.name.includes('.')) return new Map();
  const { sources } = await verifyTable(database.engine, knowledge);
  const known = new Set((await catalog.sources(entry.collection.name).catch(() => [])).map(({ id }) => id));
  return new Map([...sources].filter(([id]) => !known.has(id)));
}

/** Writes lost records of sources again, as far as the tables or the documents tell them. */
export async function mendSources(
  context: MendContext,
  rows: CollectionRows,
  areAllLost: boolean,
): Promise<MendStep | undefined> {
  const { database, catalog, tables, options } = context;
  const { collection, table } = rows.entry;
  const missing = await missingSources(context, rows);
  const known = new Set((await catalog.sources(collection.name).catch(() => [])).map(({ id }) => id));
  const described = (await readDescription(database, table.name))?.sources ?? [];
  const told = [...described, noteSource(collection.name, options.now)];
  const isLost = (source: Source): boolean => missing.has(source.id) || (areAllLost && described.includes(source));
  const lost = told.filter((source) => !known.has(source.id) && isLost(source));
  const found = [...new Map(lost.map((source) => [source.id, source])).values()];
  if (missing.size === 0 && found.length === 0) return undefined;
  if (options.act) {
    for (const source of found) await catalog.putSource({ ...source, collection: collection.name });
    await tables.describe(collection.name);
  }
  const documents = [...missing.values()].reduce((sum, count) => sum + count, 0);
  const unknown = [...missing.keys()].filter((id) => !found.some((source) => source.id === id)).length;
  const rest =
    unknown === 0 ? '' : ` Of ${unknown} nothing is known: ingest them again; their documents stay searchable.`;
  const action = `${found.length} sources are written again${found.length === 0 ? '' : ': '}${found.map(({ uri }) => uri).join(', ')}.${rest}`;
  const damage = `${documents} documents have no source.`;
  return { ...plainStep(`sources of ${collection.name}`, damage, action), documents };
}

async function missingSources(context: MendContext, rows: CollectionRows): Promise<ReadonlyMap<string, number>> {
  try {
    return await sourcelessDocuments(context, rows);
  } catch {
    return new Map(); // the rows or the list of sources are damaged, which steps of their own tell
  }
}
