import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { QuarryError } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { MEND_HINT } from './commit.js';
import { brokenDeletionFiles } from './deletion-files.js';
import { type Engine, firstLine, loadEngine } from './engine.js';
import { isTornManifest, manifestsOf, VERSIONS_FOLDER } from './manifests.js';
import { NewestVersions } from './newest-version.js';
import type { Retention } from './retention.js';

/** Bounds of LanceDB's caches; its own defaults are 6 GB and 1 GB. */
const INDEX_CACHE_BYTES = 256n * 1024n * 1024n;
const METADATA_CACHE_BYTES = 64n * 1024n * 1024n;

/** Folder, inside the database, of files that were moved aside because they could not be read. */
export const ASIDE_FOLDER = 'aside';

/** A LanceDB connection with one long-lived handle per table. */
export class Database {
  readonly directory: string;
  readonly engine: Engine;
  /** What its tables keep of their old versions. */
  readonly retention: Retention;
  readonly #connection: Connection;
  readonly #tables = new Map<string, Promise<Table>>();
  readonly #versions = new NewestVersions();

  private constructor(parts: { directory: string; engine: Engine; retention: Retention }, connection: Connection) {
    this.directory = parts.directory;
    this.engine = parts.engine;
    this.retention = parts.retention;
    this.#connection = connection;
  }

  /** Connects to the folder, which must exist. */
  static async connect(directory: string, retention: Retention): Promise<Database> {
    const engine = await loadEngine();
    const session = new engine.lance.Session(INDEX_CACHE_BYTES, METADATA_CACHE_BYTES);
    // Interval 0: every read sees what any process has committed; a stale handle would even write duplicates.
    const connection = await engine.lance.connect(directory, { readConsistencyInterval: 0 }, session);
    return new Database({ directory, engine, retention }, connection);
  }

  /** Folder of a table. */
  folder(table: string): string {
    return join(this.directory, `${table}.lance`);
  }

  /** Whether the table's folder exists. */
  async has(table: string): Promise<boolean> {
    return (await this.tableNames()).includes(table);
  }

  /** Names of all tables, sorted. */
  async tableNames(): Promise<string[]> {
    const entries = await readdir(this.directory, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && entry.name.endsWith('.lance'));
    return folders.map((entry) => entry.name.slice(0, -'.lance'.length)).sort();
  }

  /**
   * The handle of a table, or undefined when there is no such table. A newest version that was torn by a power cut is
   * moved aside, and the one before it opened.
   * @throws QuarryError STORE_BROKEN
   */
  async table(name: string): Promise<Table | undefined> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    if (!(await this.has(name))) return undefined;
    const opening = this.#open(name).catch((error: unknown) => {
      this.#tables.delete(name);
      throw error;
    });
    this.#tables.set(name, opening);
    return opening;
  }

  /** Creates a table; one that is there already is opened. `key` becomes its unenforced primary key. */
  async createTable(name: string, schema: Schema, key: string): Promise<Table> {
    const table = await this.#connection.createEmptyTable(name, schema, { existOk: true });
    await table.setUnenforcedPrimaryKey(key);
    this.#tables.set(name, Promise.resolve(table));
    return table;
  }

  /** Drops a table and whatever an interrupted drop left of it. */
  async dropTable(name: string): Promise<void> {
    this.forget(name);
    await this.#connection.dropTable(name).catch(() => undefined); // half dropped before: the folder says what is left
    await rm(this.folder(name), { recursive: true, force: true });
  }

  /** Moves a table's folder to where damaged files are kept; resolves to its new place, inside the database. */
  async setTableAside(name: string): Promise<string> {
    this.forget(name);
    const folder = join(this.directory, ASIDE_FOLDER);
    await makeFolder(folder);
    let place = `${name}.lance`;
    for (let number = 2; await exists(join(folder, place)); number++) place = `${name}-${number}.lance`;
    if (await exists(this.folder(name))) await rename(this.folder(name), join(folder, place));
    return join(ASIDE_FOLDER, place);
  }

  /** The newest version of a table, by any process. */
  version(table: Table): Promise<number> {
    return this.#versions.of(table, this.folder(table.name));
  }

  /** Lets go of a handle, so that the next use opens the table anew. */
  forget(name: string): void {
    this.#tables.delete(name);
  }

  close(): void {
    this.#tables.clear();
    this.#connection.close();
  }

  async #open(name: string): Promise<Table> {
    const [broken] = await brokenDeletionFiles(this.folder(name));
    if (broken !== undefined) throw brokenTable(name, `its file ${broken} is damaged`);
    try {
      return await this.#connection.openTable(name);
    } catch (error) {
      if (!(await this.#setAsideTornManifest(name))) throw brokenTable(name, error);
      try {
        return await this.#connection.openTable(name);
      } catch (second) {
        throw brokenTable(name, second);
      }
    }
  }

  /**
   * LanceDB never syncs its files, so a power cut can leave the newest manifest empty or cut short, and then the table
   * does not open. Moved aside (never deleted), the version before it opens.
   */
  async #setAsideTornManifest(name: string): Promise<boolean> {
    const versions = join(this.folder(name), VERSIONS_FOLDER);
    const manifests = await manifestsOf(this.folder(name));
    const newest = manifests[0];
    if (newest === undefined || manifests.length < 2 || !(await isTornManifest(join(versions, newest)))) return false;
    const aside = join(this.directory, ASIDE_FOLDER, name);
    try {
      await makeFolder(aside);
      await rename(join(versions, newest), join(aside, newest));
      const hint = join(versions, 'latest_version_hint.json');
      if (await exists(hint)) {
        await copyFile(hint, join(aside, `${newest}.hint.json`));
        await rm(hint);
      }
      return true;
    } catch (error) {
      throw brokenTable(name, error);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function brokenTable(name: string, cause: unknown): QuarryError {
  return new QuarryError('STORE_BROKEN', `The table ${name} cannot be opened: ${firstLine(cause)}`, {
    hint: MEND_HINT,
    details: { table: name },
    cause,
  });
}
