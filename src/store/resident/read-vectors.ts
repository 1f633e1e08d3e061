import { VECTOR_COLUMN } from '../indexes.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { BATCH_ROWS, type RowId, takeRows } from './row-ids.js';

/** The vectors of rows; null of those that have none. Rows that are gone are left out. */
export async function* readVectors(
  knowledge: KnowledgeTable,
  ids: Float64Array,
): AsyncGenerator<readonly [RowId, Float32Array | null]> {
  const table = await knowledge.open();
  for (let from = 0; from < ids.length; from += BATCH_ROWS) {
    const taken = await takeRows(table, ids.subarray(from, from + BATCH_ROWS), [VECTOR_COLUMN]);
    for (const [at, id] of taken.ids.entries()) yield [id, taken.rows.vector(VECTOR_COLUMN, at)];
  }
}
