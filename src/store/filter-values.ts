import type { Table } from '@lancedb/lancedb';
import type { FilterValues } from '../core/filter-port.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import { FILTER_COLUMNS } from './filter.js';
import { DOCUMENT_ORDINAL } from './knowledge-rows.js';
import { equals } from './sql.js';

/** Documents that are looked at, at most: this serves a hint. */
const MOST_DOCUMENTS = 50_000;

/** All values of the columns that a filter can name. */
export async function filterValues(table: Table): Promise<FilterValues> {
  const columns = Object.values(FILTER_COLUMNS).filter((column) => column !== FILTER_COLUMNS.documentId);
  const rows = await read(async () => {
    const query = table.query().where(equals('ordinal', DOCUMENT_ORDINAL)).select(columns).limit(MOST_DOCUMENTS);
    return new ResultRows(await query.toArrow());
  });
  const distinct = (valuesAt: (row: number) => readonly string[]): string[] => {
    const values = new Set<string>();
    for (let row = 0; row < rows.length; row++) for (const value of valuesAt(row)) if (value !== '') values.add(value);
    return [...values].sort();
  };
  const texts = (column: string): string[] => distinct((row) => [rows.text(column, row)]);
  const changed = Array.from({ length: rows.length }, (_, row) => rows.number(FILTER_COLUMNS.changedAt, row));
  const extreme = (better: (a: number, b: number) => number): string =>
    changed.length === 0 ? '' : new Date(changed.reduce(better)).toISOString();
  return {
    sourceKinds: texts(FILTER_COLUMNS.sourceKind),
    sourceIds: texts(FILTER_COLUMNS.sourceId),
    uris: texts(FILTER_COLUMNS.uri),
    categories: texts(FILTER_COLUMNS.category),
    tags: distinct((row) => rows.texts(FILTER_COLUMNS.tags, row)),
    languages: texts(FILTER_COLUMNS.language),
    statuses: texts(FILTER_COLUMNS.status),
    facts: distinct((row) => rows.texts(FILTER_COLUMNS.facts, row)),
    oldest: extreme((a, b) => Math.min(a, b)),
    newest: extreme((a, b) => Math.max(a, b)),
  };
}
