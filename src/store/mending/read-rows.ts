import { QuarryError } from '../../core/errors.js';
import { type ColumnSpec, ResultRows } from '../columns.js';
import type { TableView } from './table-view.js';

const SLICE = 1024;
/** A read that takes longer has met damage that the engine waits on for ever. */
const TIMEOUT_MS = 30_000;

/** A row as far as it can be read. */
export interface ReadRow {
  /** Cells by column; those that cannot be read are missing. */
  readonly cells: Readonly<Record<string, unknown>>;
  readonly isWhole: boolean;
  readonly fragment: number;
}

/** What can be read of a version. */
export interface Reading {
  readonly rows: readonly ReadRow[];
  /** Rows of which nothing can be read. */
  readonly failed: number;
  /** Rows that should be deleted and cannot be told from others, because a deletion file is lost. */
  readonly excess: number;
  /** Documents that have rows in a fragment whose deletion file is lost. */
  readonly unsure: ReadonlySet<string>;
}

/** Which columns to read, and how their cells are stored. */
export interface RowShape {
  readonly columns: ColumnSpec;
  /** Columns to ask for where all together fail, the most useful first. */
  readonly fallbacks: readonly (readonly string[])[];
}

/** Reads every row that can be read: in slices, and where a slice fails in ever smaller ones. */
export async function readRows(view: TableView, shape: RowShape): Promise<Reading> {
  const rows: ReadRow[] = [];
  let failed = 0;
  let excess = 0;
  for (const { id, rows: length, deletedRows } of view.fragments) {
    const before = rows.length;
    for (let from = 0; from < length; from += SLICE)
      rows.push(...(await readSlice(view, shape, { fragment: id, from, to: Math.min(length, from + SLICE) })));
    const found = rows.length - before;
    const living = length - deletedRows;
    failed += Math.max(0, living - found);
    excess += Math.max(0, found - living);
  }
  const unsure = rows
    .filter(({ fragment }) => view.unsure.has(fragment))
    .map(({ cells }) => String(cells['document_id']));
  return { rows, failed, excess, unsure: new Set(unsure) };
}

interface Slice {
  readonly fragment: number;
  readonly from: number;
  readonly to: number;
}

async function readSlice(view: TableView, shape: RowShape, slice: Slice): Promise<ReadRow[]> {
  const all = Object.keys(shape.columns);
  const whole = await take(view, { slice, columns: all, spec: shape.columns });
  if (whole !== undefined) return whole;
  if (slice.to - slice.from > 1) {
    const middle = Math.floor((slice.from + slice.to) / 2);
    const first = await readSlice(view, shape, { ...slice, to: middle });
    return [...first, ...(await readSlice(view, shape, { ...slice, from: middle }))];
  }
  for (const columns of shape.fallbacks) {
    const part = await take(view, { slice, columns, spec: shape.columns });
    if (part !== undefined) return part.map((row) => ({ ...row, isWhole: false }));
  }
  return [];
}

interface Taking {
  readonly slice: Slice;
  readonly columns: readonly string[];
  readonly spec: ColumnSpec;
}

/** Rows by their places; deleted ones are left out. Undefined when the engine cannot read them. */
async function take(view: TableView, { slice, columns, spec }: Taking): Promise<ReadRow[] | undefined> {
  const { fragment, from, to } = slice;
  const ids = Array.from({ length: to - from }, (_, index) => BigInt(fragment) * 2n ** 32n + BigInt(from + index));
  try {
    const result = await view.table
      .takeRowIds(ids)
      .select([...columns])
      .toArrow({ timeoutMs: TIMEOUT_MS });
    const rows = new ResultRows(result);
    return Array.from({ length: rows.length }, (_, row) => ({
      cells: Object.fromEntries(columns.map((name) => [name, rows.cell(name, row, spec[name])])),
      isWhole: true,
      fragment,
    }));
  } catch (error) {
    if (error instanceof QuarryError) throw error;
    return undefined; // damage: a smaller slice, or fewer columns, may do
  }
}
