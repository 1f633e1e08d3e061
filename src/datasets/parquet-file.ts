import { parquetWriteBuffer } from 'hyparquet-writer';
import type { TableColumn } from '../core/curation/ports.js';

const TYPES = { string: 'STRING', double: 'DOUBLE', int32: 'INT32' } as const;
const GROUP_ROWS = 10_000;

/** A Parquet file (Snappy, row groups of 10,000) of the rows; absent values become nulls. */
export function encodeParquet(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, type }) => ({
      name,
      type: TYPES[type],
      // Always, so that every split has the same schema.
      nullable: true,
      data: rows.map((row) => row[name] ?? null),
    })),
    rowGroupSize: GROUP_ROWS,
    createdBy: 'quarry',
  });
  return new Uint8Array(buffer);
}
