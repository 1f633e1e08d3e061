import { parquetWriteBuffer } from 'hyparquet-writer';
import type { TableColumn } from '../core/curation/ports.js';

const TYPES = { string: 'STRING', double: 'DOUBLE', int32: 'INT32', json: 'JSON' } as const;
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
      nullable: rows.some((row) => row[name] === undefined || row[name] === null),
      data: rows.map((row) => row[name] ?? null),
    })),
    rowGroupSize: GROUP_ROWS,
    createdBy: 'quarry',
  });
  return new Uint8Array(buffer);
}
