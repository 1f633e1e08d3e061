import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { firstLine, withPackage } from './installed-package.js';

/** What the peer needs of SQLite; `node:sqlite` and better-sqlite3 both have it. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: (string | number)[]): unknown;
    all(...values: (string | number)[]): unknown[];
  };
  close(): unknown;
}

/** Opens databases in memory. */
export interface Sqlite {
  /** Which library it is, for the report. */
  readonly name: string;
  open(): Database;
}

type Constructor = new (path: string) => Database;

/** No dependency of the project: named in a variable, it is looked for in the given folder alone. */
const LIBRARY = 'better-sqlite3';
const PACKAGE = `${LIBRARY}@12`;

/** What works here, and what became of it afterwards; `reason` where nothing does. */
export type FoundSqlite = { readonly sqlite: Sqlite } | { readonly reason: string };

/**
 * SQLite with FTS5: Node's own, else better-sqlite3 of a folder where it is installed, else the same installed by npm
 * into a temporary folder that `withSqlite` removes again.
 */
export async function withSqlite<T>(folder: string | undefined, use: (found: FoundSqlite) => Promise<T>): Promise<T> {
  const own = await nodeSqlite();
  if (own !== undefined) return use({ sqlite: own });
  if (folder !== undefined) return use(installed(resolve(folder)));
  return withPackage(PACKAGE, (found) => use('folder' in found ? installed(found.folder) : found));
}

async function nodeSqlite(): Promise<Sqlite | undefined> {
  try {
    const name = 'node:sqlite'; // In a variable: the types know the module only from Node 22.5 on.
    const { DatabaseSync }: { DatabaseSync: Constructor } = await import(name);
    return checked({ name: `node:sqlite of Node ${process.versions.node}`, open: () => new DatabaseSync(':memory:') });
  } catch {
    return undefined; // Node before 22.5, or SQLite without FTS5.
  }
}

function installed(folder: string): FoundSqlite {
  try {
    const require = createRequire(join(folder, 'package.json'));
    const Opened: Constructor = require(LIBRARY);
    const { version }: { version: string } = require(`${LIBRARY}/package.json`);
    return { sqlite: checked({ name: `${LIBRARY} ${version}`, open: () => new Opened(':memory:') }) };
  } catch (error) {
    return { reason: `${LIBRARY} in ${folder} does not open: ${firstLine(error)}` };
  }
}

/** @throws whatever the library throws when it has no FTS5 */
function checked(sqlite: Sqlite): Sqlite {
  const database = sqlite.open();
  database.exec('CREATE VIRTUAL TABLE probe USING fts5(a)');
  database.close();
  return sqlite;
}
