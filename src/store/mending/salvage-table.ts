import { arrowSchema, arrowTable, type ColumnKind } from '../columns.js';
import type { Engine } from '../engine.js';
import { KNOWLEDGE_COLUMNS } from '../knowledge-rows.js';
import { manifestsOf } from '../manifests.js';
import { gatherDocuments, type Salvaged } from './gather-documents.js';
import { type Reading, type RowShape, readRows } from './read-rows.js';
import { TableView } from './table-view.js';

/** Older versions that are looked through for what the newest one has lost. */
const MAX_VERSIONS = 24;

const SHAPE: RowShape = {
  columns: KNOWLEDGE_COLUMNS,
  fallbacks: [
    ['document_id', 'ordinal', 'uri', 'source_id', 'head', 'body', 'text', 'span'],
    ['document_id', 'ordinal', 'uri', 'source_id', 'head', 'body'],
    ['document_id', 'ordinal', 'head', 'text', 'span'],
    ['document_id', 'head'],
    ['document_id', 'uri', 'source_id'],
    ['document_id'],
  ],
};

/** What can be saved of a collection's table. */
export interface TableSalvage {
  readonly documents: ReadonlyMap<string, Salvaged>;
  /** Rows that cannot be read and belong to no document named here. */
  readonly lostRows: number;
  /** Whether everything that the newest version holds was read and is sound. */
  readonly isWhole: boolean;
  /** False when no version could be read at all. */
  readonly isReadable: boolean;
}

/** The table to be salvaged. */
export interface DamagedTable {
  readonly folder: string;
  readonly collection: string;
  /** Length of its vectors. */
  readonly dimensions: number;
}

/** Reads all that can be read of a table, from its newest readable version and, where that has lost rows, from older ones. */
export async function salvageTable(
  engine: Engine,
  { folder, collection, dimensions }: DamagedTable,
): Promise<TableSalvage> {
  const manifests = await manifestsOf(folder);
  const documents = new Map<string, Salvaged>();
  let base: Reading | undefined;
  let lostRows = 0;
  let older = 0;
  for (const manifest of manifests) {
    if (base !== undefined && ++older > MAX_VERSIONS) break;
    const reading = await readVersion(engine, folder, manifest);
    if (reading === undefined) continue;
    const found = gatherDocuments(reading.rows, collection);
    if (base === undefined) {
      base = reading;
      lostRows = reading.failed;
      for (const [id, document] of reading.excess > 0 ? withoutDeleted(found, reading) : found)
        documents.set(id, document);
    } else lostRows -= addLost(documents, found, lostRows);
    const isComplete = [...documents.values()].every(({ state }) => state === 'whole');
    if (lostRows <= 0 && isComplete) break;
  }
  if (base === undefined || base.rows.length === 0) {
    const raw = await readRaw(engine, { folder, dimensions });
    if (raw !== undefined && raw.rows.length > 0) {
      base = raw;
      lostRows = 0;
      for (const [id, document] of gatherDocuments(raw.rows, collection)) documents.set(id, document);
    }
  }
  const isSound = [...documents.values()].every(({ state }) => state === 'whole');
  const isWhole = base !== undefined && base.failed === 0 && base.excess === 0 && isSound && manifests.length > 0;
  return { documents, lostRows: Math.max(0, lostRows), isWhole, isReadable: base !== undefined };
}

/** Rows of the data files alone: without any manifest, rows that were replaced or deleted are among them. */
async function readRaw(
  engine: Engine,
  { folder, dimensions }: Pick<DamagedTable, 'folder' | 'dimensions'>,
): Promise<Reading | undefined> {
  const row = Object.fromEntries(
    Object.entries(KNOWLEDGE_COLUMNS).map(([name, kind]) => [name, EMPTY_CELLS[kind](dimensions)]),
  );
  const donor = arrowTable(engine, arrowSchema(engine, KNOWLEDGE_COLUMNS, dimensions), [row]);
  const view = await TableView.openRaw(engine, folder, donor);
  if (view === undefined) return undefined;
  try {
    return await readRows(view, SHAPE);
  } finally {
    await view.close();
  }
}

const EMPTY_CELLS: Readonly<Record<ColumnKind, (dimensions: number) => unknown>> = {
  text: () => '',
  'text?': () => '',
  int: () => 0,
  double: () => 0,
  texts: () => [],
  'vector?': (dimensions) => new Float32Array(dimensions),
};

async function readVersion(engine: Engine, folder: string, manifest: string): Promise<Reading | undefined> {
  const view = await TableView.open(engine, folder, manifest);
  if (view === undefined) return undefined;
  try {
    return await readRows(view, SHAPE);
  } finally {
    await view.close();
  }
}

/**
 * Adds what an older version still has of what the newest one lost, and resolves to how many lost rows that explains.
 * A document that the newest version names is taken as it was. One that it does not name may have been lost or deleted
 * on purpose: only when all such documents together are no more rows than were lost, none can have been deleted. A note
 * is taken back in any case, because it is nowhere else.
 */
function addLost(documents: Map<string, Salvaged>, older: ReadonlyMap<string, Salvaged>, lostRows: number): number {
  let explained = 0;
  const unnamed: [string, Salvaged][] = [];
  for (const [id, salvaged] of older) {
    if (salvaged.state === 'lost') continue;
    const known = documents.get(id);
    if (known === undefined) unnamed.push([id, salvaged]);
    else if (known.state === 'lost') {
      documents.set(id, salvaged);
      explained += rowsOf(salvaged);
    }
  }
  if (lostRows <= 0) return explained;
  const total = unnamed.reduce((sum, [, salvaged]) => sum + rowsOf(salvaged), 0);
  const isCertain = total <= lostRows - explained;
  for (const [id, salvaged] of unnamed) {
    if (!isCertain && !isNote(salvaged)) continue;
    documents.set(id, salvaged);
    explained += rowsOf(salvaged);
  }
  return explained;
}

/**
 * Where a deletion file is lost, deleted rows are read again. Of documents that may be among them, those of a source
 * are left to the next sync, which knows; notes are kept.
 */
function withoutDeleted(found: ReadonlyMap<string, Salvaged>, reading: Reading): [string, Salvaged][] {
  const living = reading.rows.length - reading.excess;
  const total = [...found.values()].reduce((sum, salvaged) => sum + rowsOf(salvaged), 0);
  if (total <= living) return [...found]; // earlier states of documents explain all that was deleted
  return [...found].map(([id, salvaged]): [string, Salvaged] => {
    const isUnsure = salvaged.state === 'whole' && reading.unsure.has(id) && !isNote(salvaged);
    const row = salvaged.state === 'whole' ? salvaged.rows[0] : undefined;
    if (!isUnsure || row === undefined) return [id, salvaged];
    return [id, { state: 'lost', document: { id, uri: row.uri, sourceId: row.source_id } }];
  });
}

function rowsOf(salvaged: Salvaged): number {
  if (salvaged.state === 'lost') return 0;
  return salvaged.state === 'whole' ? salvaged.rows.length : salvaged.document.chunkCount + 1;
}

/** Whether a document is a note. */
export function isNote(salvaged: Salvaged): boolean {
  if (salvaged.state === 'whole') return salvaged.rows[0]?.source_kind === 'text';
  return salvaged.state === 'text' && salvaged.document.sourceKind === 'text';
}
