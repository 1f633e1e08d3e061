import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { TableColumn } from '../core/curation/ports.js';

const TYPES = { string: 'STRING', double: 'DOUBLE', int32: 'INT32' } as const;
const GROUP_ROWS = 10_000;
/** Characters after which a row group is closed before it has all its rows: long texts must fit into memory too. */
const GROUP_CHARACTERS = 16 * 1024 * 1024;

/** Encodes rows, given one by one, as a Parquet file (Snappy, row groups of 10,000 rows or 16 million characters). */
export class ParquetEncoder {
  readonly #columns: readonly TableColumn[];
  readonly #bytes = new ByteWriter();
  readonly #file: ParquetWriter;
  #group: Readonly<Record<string, unknown>>[] = [];
  #characters = 0;

  constructor(columns: readonly TableColumn[]) {
    this.#columns = columns;
    const schema = schemaFromColumnData({
      // Nullable always, so that every split has the same schema.
      columnData: columns.map(({ name, type }) => ({ name, type: TYPES[type], nullable: true, data: [] })),
    });
    this.#file = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'quarry' });
  }

  /** Takes a row; absent values become nulls. Gives the next bytes of the file when a row group is full. */
  push(row: Readonly<Record<string, unknown>>): Uint8Array | undefined {
    this.#group.push(row);
    for (const { name } of this.#columns) {
      const value = row[name];
      if (typeof value === 'string') this.#characters += value.length;
    }
    const isFull = this.#group.length >= GROUP_ROWS || this.#characters >= GROUP_CHARACTERS;
    return isFull ? this.#encodeGroup() : undefined;
  }

  /** The rest of the file. */
  end(): Uint8Array {
    const last = this.#encodeGroup();
    this.#file.finish();
    return Buffer.concat([last, this.#take()]);
  }

  #encodeGroup(): Uint8Array {
    const group = this.#group;
    const columnData = this.#columns.map(({ name }) => ({ name, data: group.map((row) => row[name] ?? null) }));
    this.#file.write({ columnData, rowGroupSize: GROUP_ROWS });
    this.#group = [];
    this.#characters = 0;
    return this.#take();
  }

  /** What was encoded since; places in the file go on being counted from its start. */
  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}
