import type { Index, Table } from '@lancedb/lancedb';
import type { Engine } from './engine.js';

/** Name that LanceDB gives to the index of a column. */
export function indexName(column: string): string {
  return `${column}_idx`;
}

/** Column of the full-text index. */
export const KEYWORD_COLUMN = 'search_text';

/** Column of the vector index. */
export const VECTOR_COLUMN = 'vector';

const SCALAR_INDEXES = {
  key: 'btree',
  document_id: 'btree',
  chunk_id: 'btree',
  embed_hash: 'btree',
  source_kind: 'bitmap',
  source_id: 'bitmap',
  category: 'bitmap',
  language: 'bitmap',
  status: 'bitmap',
  tags: 'labelList',
  facts: 'labelList',
} as const;

/** What every collection's table has, from its creation on. The vector index comes later, see vector-index.ts. */
export const STANDING_INDEXES: readonly string[] = [...Object.keys(SCALAR_INDEXES), KEYWORD_COLUMN];

/** Builds or rebuilds the index of a column of {@link STANDING_INDEXES}. */
export async function buildIndex(engine: Engine, table: Table, column: string): Promise<void> {
  await table.createIndex(column, { config: indexConfig(engine, column), replace: true });
}

function indexConfig({ lance }: Engine, column: string): Index {
  if (column === KEYWORD_COLUMN) {
    // The search text holds ready terms between white space (core/text/search-text); the engine changes nothing in them.
    return lance.Index.fts({
      baseTokenizer: 'whitespace',
      lowercase: false,
      stem: false,
      removeStopWords: false,
      asciiFolding: false,
      maxTokenLength: 256,
      withPosition: false,
    });
  }
  const kind = (SCALAR_INDEXES as Readonly<Record<string, 'btree' | 'bitmap' | 'labelList'>>)[column]; // widened to look up any name
  return kind === 'bitmap'
    ? lance.Index.bitmap()
    : kind === 'labelList'
      ? lance.Index.labelList()
      : lance.Index.btree();
}

/** Columns of {@link STANDING_INDEXES} that have no index. */
export async function missingIndexes(table: Table): Promise<string[]> {
  const present = new Set((await table.listIndices()).map((index) => index.name));
  return STANDING_INDEXES.filter((column) => !present.has(indexName(column)));
}

/** How far the index of a column covers the table. */
export interface Coverage {
  readonly indexed: number;
  readonly unindexed: number;
  readonly segments: number;
}

/** Coverage of a column's index; undefined when it has none that can be read. */
export async function coverage(table: Table, column: string): Promise<Coverage | undefined> {
  const stats = await table.indexStats(indexName(column)).catch(() => undefined); // broken files: as good as none
  if (stats === undefined) return undefined;
  return { indexed: stats.numIndexedRows, unindexed: stats.numUnindexedRows, segments: stats.numIndices ?? 1 };
}
