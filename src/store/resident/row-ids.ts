import type { Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { ResultRows } from '../columns.js';
import type { Predicate } from '../sql.js';

/**
 * LanceDB's number of a row: the fragment in the upper bits, the place in it in the lower 32. What it names never changes:
 * a row that is written anew, or moved by folding, has another number, and numbers are not given twice.
 */
export type RowId = number;

const FRAGMENT = 2 ** 32;
/** Rows that the engine hands over at once; by its own 1,024 they take several times as long. */
export const BATCH_ROWS = 8_192;

/** The fragment of a row. */
export function fragmentOf(id: RowId): number {
  return Math.floor(id / FRAGMENT);
}

/** The place of a row in its fragment. */
export function offsetOf(id: RowId): number {
  return id % FRAGMENT;
}

/** The numbers of the rows of a result that was read with them, in its order. */
export function rowIdsOf(result: ArrowTable): Float64Array {
  const ids = new Float64Array(result.numRows);
  let at = 0;
  for (const { values } of result.getChild('_rowid')?.data ?? []) {
    const numbers = values as BigUint64Array; // the engine's row numbers are 64-bit and never null
    const halves = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);
    for (let half = 0; half < halves.length; half += 2)
      ids[at++] = (halves[half + 1] ?? 0) * FRAGMENT + (halves[half] ?? 0);
  }
  return ids;
}

/** The numbers of all rows that are there, or of those that a condition holds for. Reads no column unless the condition does. */
export async function readRowIds(table: Table, where?: Predicate): Promise<Float64Array> {
  const query = table.query().select([]).withRowId();
  const narrowed = where === undefined ? query : query.where(where);
  return rowIdsOf(await narrowed.toArrow({ maxBatchLength: BATCH_ROWS }));
}

/** Rows by their numbers, with these columns and in any order; those that are gone are left out. */
export async function takeRows(
  table: Table,
  numbers: Iterable<RowId>,
  columns: readonly string[],
): Promise<{ readonly ids: Float64Array; readonly rows: ResultRows }> {
  const query = table.takeRowIds([...numbers]).select([...columns]);
  const result = await query.withRowId().toArrow({ maxBatchLength: BATCH_ROWS });
  return { ids: rowIdsOf(result), rows: new ResultRows(result) };
}
