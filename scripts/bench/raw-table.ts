import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';

/** The table of a home's only collection, opened by LanceDB itself; loaded late, after the store has set its log level. */
export async function rawTable(home: string): Promise<Table> {
  const { connect } = await import('@lancedb/lancedb');
  const database = await connect(join(home, 'workspaces', 'default'));
  const [name] = (await database.tableNames()).filter((other) => other.startsWith('k_'));
  if (name === undefined) throw new RangeError('The collection has no table.');
  return database.openTable(name);
}
