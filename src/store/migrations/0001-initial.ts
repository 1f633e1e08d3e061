import type { Migration } from '../format.js';
import { CONTROL_TABLES, createRecordTable } from '../record-table.js';

/** The first format: control tables of JSON records, and one table per collection, made with the collection. */
export const initial: Migration = {
  to: 1,
  name: '0001-initial',
  async apply({ database }) {
    for (const table of CONTROL_TABLES) {
      if (!(await database.has(table))) await createRecordTable(database, table);
    }
  },
};
