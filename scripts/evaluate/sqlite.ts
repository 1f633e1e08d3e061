import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

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
  const place = await mkdtemp(join(tmpdir(), 'quarry-sqlite-'));
  try {
    return await use(await install(place));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
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

async function install(place: string): Promise<FoundSqlite> {
  process.stderr.write(`Installing ${PACKAGE} into a temporary folder for the peer ...\n`);
  const words = ['install', '--prefix', place, '--no-save', '--no-audit', '--no-fund'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    await promisify(execFile)(npm, [...words, PACKAGE], { cwd: place, shell: process.platform === 'win32' });
  } catch (error) {
    return { reason: `${PACKAGE} could not be installed: ${firstLine(error)}` };
  }
  return installed(place);
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

/** The first line of what a program wrote before it failed, else of the error's message. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const written = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return (written === '' ? error.message : written).split('\n', 1)[0] ?? '';
}
