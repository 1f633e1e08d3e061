import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { makeFolder } from '../../files/make-folder.js';
import { DELETIONS_FOLDER, isSoundDeletionFile } from '../deletion-files.js';
import type { Engine } from '../engine.js';
import { VERSIONS_FOLDER } from '../manifests.js';
import { type Fragment, readFragments } from '../read-manifest.js';
import { writeRawManifest } from './raw-manifest.js';

/** A read that takes longer has met damage that the engine waits on for ever. */
const PROBE_MS = 20_000;
const CACHE_BYTES = 16n * 1024n * 1024n;

interface Wanted {
  readonly manifest: string;
  readonly fragments: readonly Fragment[];
  /** Fragments that are read without their deletion file; those found to be so are added. */
  readonly unsure: Set<number>;
}

/**
 * One version of a damaged table, opened beside it: a temporary folder with this version's manifest alone and links to
 * the data. So every version can be read, whatever became of the newer ones, and nothing of the table itself is touched.
 */
export class TableView {
  readonly table: Table;
  readonly fragments: readonly Fragment[];
  /** Fragments whose deletion file is lost: their deleted rows are read as well. */
  readonly unsure: ReadonlySet<number>;
  readonly #folder: string;
  readonly #connection: Connection;

  private constructor(
    folder: string,
    connection: Connection,
    parts: Pick<TableView, 'table' | 'fragments' | 'unsure'>,
  ) {
    this.table = parts.table;
    this.fragments = parts.fragments;
    this.unsure = parts.unsure;
    this.#folder = folder;
    this.#connection = connection;
  }

  /** Opens the version of a manifest; undefined when it cannot be opened. */
  static async open(engine: Engine, tableFolder: string, manifest: string): Promise<TableView | undefined> {
    const fragments = await readFragments(join(tableFolder, VERSIONS_FOLDER, manifest));
    if (fragments === undefined) return undefined;
    const unsure = new Set<number>();
    for (;;) {
      const view = await TableView.#try(engine, tableFolder, { manifest, fragments, unsure });
      const closed = view === undefined ? [] : await closedFragments(view);
      if (view === undefined || closed.length === 0) return view;
      await view.close();
      for (const id of closed) unsure.add(id);
    }
  }

  /**
   * Opens the data files of a table of which no manifest can be read, with a manifest made anew over a donor: a row of
   * the same columns. Undefined when there is no file to read.
   */
  static async openRaw(engine: Engine, tableFolder: string, donor: ArrowTable): Promise<TableView | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'quarry-mend-'));
    try {
      const first = await engine.lance.connect(folder);
      (await first.createTable('t', donor)).close();
      first.close();
      const inside = join(folder, 't.lance');
      const fragments = await writeRawManifest(inside, join(tableFolder, 'data'));
      await rm(join(inside, 'data'), { recursive: true });
      await symlink(resolve(tableFolder, 'data'), join(inside, 'data'), 'junction');
      const session = new engine.lance.Session(CACHE_BYTES, CACHE_BYTES);
      const connection = await engine.lance.connect(folder, {}, session);
      const table = await connection.openTable('t');
      return new TableView(folder, connection, { table, fragments, unsure: new Set(fragments.map(({ id }) => id)) });
    } catch {
      await rm(folder, { recursive: true, force: true });
      return undefined; // the files are of other columns, or not files of the engine at all
    }
  }

  static async #try(engine: Engine, from: string, wanted: Wanted): Promise<TableView | undefined> {
    const { manifest, fragments, unsure } = wanted;
    const folder = await mkdtemp(join(tmpdir(), 'quarry-mend-'));
    try {
      const to = join(folder, 't.lance');
      await link(from, to, manifest);
      for (const { id, deletionFile: name } of fragments.filter(({ deletionFile }) => deletionFile !== '')) {
        const bytes = await readFile(join(from, DELETIONS_FOLDER, name)).catch(() => undefined);
        if (bytes === undefined || !isSoundDeletionFile(name, bytes)) unsure.add(id);
        const isKept = bytes !== undefined && !unsure.has(id);
        await writeFile(join(to, DELETIONS_FOLDER, name), isKept ? bytes : noDeletions(engine, name));
      }
      const session = new engine.lance.Session(CACHE_BYTES, CACHE_BYTES);
      const connection = await engine.lance.connect(folder, {}, session);
      return new TableView(folder, connection, { table: await connection.openTable('t'), fragments, unsure });
    } catch {
      await rm(folder, { recursive: true, force: true });
      return undefined; // this version cannot be opened; an older one may be
    }
  }

  async close(): Promise<void> {
    this.table.close();
    this.#connection.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function link(from: string, to: string, manifest: string): Promise<void> {
  await makeFolder(join(to, VERSIONS_FOLDER));
  await makeFolder(join(to, DELETIONS_FOLDER));
  await copyFile(join(from, VERSIONS_FOLDER, manifest), join(to, VERSIONS_FOLDER, manifest));
  for (const part of ['data', '_transactions']) await symlink(resolve(from, part), join(to, part), 'junction');
}

function noDeletions({ arrow }: Engine, name: string): Uint8Array {
  if (name.endsWith('.bin')) return Uint8Array.from([0x3a, 0x30, 0, 0, 0, 0, 0, 0]); // an empty roaring bitmap
  const schema = new arrow.Schema([new arrow.Field('row_id', new arrow.Uint32(), false)]);
  const data = arrow.makeData({ type: new arrow.Uint32(), length: 0, nullCount: 0, data: new Uint32Array(0) });
  const struct = arrow.makeData({ type: new arrow.Struct(schema.fields), length: 0, nullCount: 0, children: [data] });
  return arrow.tableToIPC(new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]), 'file');
}

/** Fragments whose deletion file looks sound and yet keeps the engine from reading any row. */
async function closedFragments({ table, fragments, unsure }: TableView): Promise<number[]> {
  const closed: number[] = [];
  const [column] = (await table.schema()).fields.map((field) => field.name);
  for (const { id, deletionFile, rows } of fragments) {
    if (deletionFile === '' || unsure.has(id)) continue;
    const ids = [0, rows - 1].map((row) => BigInt(id) * 2n ** 32n + BigInt(row));
    const probe = table
      .takeRowIds(ids)
      .select([column ?? ''])
      .toArrow({ timeoutMs: PROBE_MS });
    await probe.catch(() => closed.push(id));
  }
  return closed;
}
