import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import type { Page, PageRequest } from '../core/ports.js';
import { JOB_STATES, type Job, type JobState, type JsonValue, type ModelChoice, type Source } from '../core/types.js';
import { type CatalogEntry, ENTRY, JSON_OBJECT, MODEL_CHOICE, SOURCE } from './catalog-shapes.js';
import { MEND_HINT } from './commit.js';
import type { Database } from './database.js';
import { type ControlTable, RecordTable, type StoredRecord } from './record-table.js';
import { readDescription } from './self-description.js';

const JOB = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.enum(JOB_STATES),
  subject: z.string(),
  input: JSON_OBJECT,
  progress: z.object({ stage: z.string(), done: z.number(), total: z.number(), message: z.string().optional() }),
  counts: z.record(z.string(), z.number()),
  issues: z.array(z.object({ uri: z.string(), code: z.string(), message: z.string() })),
  result: z.json(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  updatedAt: z.string(),
  owner: z.string(),
});

/** What could be read of the catalogue of collections. */
interface CatalogView {
  readonly byName: ReadonlyMap<string, CatalogEntry>;
  /** Why records that are there cannot be read, by the collection's name. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Why nothing may be concluded from what is missing here; undefined when the catalogue is whole. */
  readonly damage: string | undefined;
  /** Which model was chosen for the workspace; undefined when none was. */
  readonly choice: ModelChoice | undefined;
}

/** A table that nobody uses any more, written down in the commit that takes the last use away. */
export interface Leftover {
  readonly table: string;
  /** What becomes of its folder. */
  readonly fate: 'drop' | 'aside';
  /** Collection whose sources go with it; empty for none. */
  readonly sourcesOf: string;
}

const LEFTOVER = z.object({ fate: z.enum(['drop', 'aside']), sourcesOf: z.string() });

/** A change of the catalogue that is made in one commit. */
export interface CatalogChange {
  readonly entries?: readonly CatalogEntry[];
  /** Collections whose record is removed. */
  readonly gone?: readonly string[];
  readonly leftovers?: readonly Leftover[];
  /** Tables that are in use, or cleared away, from now on. */
  readonly settled?: readonly string[];
  /** The model that is used from now on. */
  readonly choice?: ModelChoice;
}

/** Collections, sources, jobs and records of a database. */
export class Catalog {
  readonly #database: Database;
  readonly #tables: Readonly<Record<ControlTable, RecordTable>>;
  #view: { readonly version: number; readonly view: CatalogView } | undefined;
  #sources: { readonly version: number; readonly all: readonly Source[] } | undefined;

  constructor(database: Database) {
    const table = (name: ControlTable) => new RecordTable(database, name);
    this.#database = database;
    this.#tables = {
      collections: table('collections'),
      sources: table('sources'),
      jobs: table('jobs'),
      records: table('records'),
    };
  }

  /** All collections that can be named, by name. While the catalogue is damaged the tables say whose they are. */
  async collections(): Promise<ReadonlyMap<string, CatalogEntry>> {
    return (await this.view()).byName;
  }

  /** What can be read of the catalogue. Read again only when any process has changed it. */
  async view(): Promise<CatalogView> {
    try {
      const version = await this.#tables.collections.version();
      if (version === 0) return this.#fromTables('The table collections is missing.');
      if (this.#view?.version !== version) this.#view = { version, view: await this.#read() };
      return this.#view.view;
    } catch (error) {
      if (!(error instanceof QuarryError) || error.code !== 'STORE_BROKEN') throw error;
      this.#database.forget('collections');
      return this.#fromTables(error.message);
    }
  }

  async #read(): Promise<CatalogView> {
    const byName = new Map<string, CatalogEntry>();
    const unreadable = new Map<string, string>();
    for (const { name, value } of await this.#tables.collections.list({ kind: 'collection' })) {
      const entry = ENTRY.safeParse(value);
      if (entry.success) byName.set(name, entry.data);
      else unreadable.set(name, 'Its record in the catalogue is damaged.');
    }
    if (unreadable.size > 0) {
      const told = await this.#fromTables('');
      for (const name of unreadable.keys()) {
        const entry = told.byName.get(name);
        if (entry !== undefined) byName.set(name, entry);
      }
    }
    const damage = unreadable.size === 0 ? undefined : 'Records of collections are damaged.';
    return { byName, unreadable, damage, choice: await this.#readChoice() };
  }

  async #readChoice(): Promise<ModelChoice | undefined> {
    const value = await this.#tables.collections.get(CHOICE.kind, CHOICE.name);
    // Where it cannot be read, the check tells of it, and the collections refuse vectors of the bundled model.
    return MODEL_CHOICE.safeParse(value).data;
  }

  /** The collections as their own tables describe them. */
  async #fromTables(damage: string): Promise<CatalogView> {
    const tables = (await this.#database.tableNames()).filter((name) => name.startsWith(TABLE_PREFIX));
    const byName = new Map<string, CatalogEntry>();
    for (const table of tables) {
      const description = await readDescription(this.#database, table);
      if (description !== undefined) byName.set(description.entry.collection.name, description.entry);
    }
    return { byName, unreadable: new Map(), damage: tables.length === 0 ? undefined : damage, choice: undefined };
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND; STORE_BROKEN when its record is there and cannot be read */
  async entry(name: string): Promise<CatalogEntry> {
    const { byName, unreadable, damage } = await this.view();
    const entry = byName.get(name);
    if (entry !== undefined) return entry;
    const reason = unreadable.get(name) ?? damage;
    if (reason !== undefined) throw brokenCatalog(`The collection ${name} cannot be found: ${reason}`);
    const known = [...byName.keys()];
    throw new QuarryError('COLLECTION_NOT_FOUND', `There is no collection named ${JSON.stringify(name)}.`, {
      hint:
        known.length === 0
          ? 'Nothing has been ingested yet: ingest a folder, a site or a repository first.'
          : `Known collections: ${known.slice(0, 20).join(', ')}.`,
      details: { known: known.slice(0, 100) },
    });
  }

  /** @throws QuarryError STORE_BROKEN when the catalogue cannot say which collections there are */
  async requireWhole(): Promise<void> {
    const { damage } = await this.view();
    if (damage !== undefined) throw brokenCatalog(`The catalogue of collections is damaged: ${damage}`);
  }

  /** @throws QuarryError STORE_BROKEN when the table of collections cannot be read at all */
  async requireReadable(): Promise<void> {
    if ((await this.#tables.collections.version()) === 0) await this.requireWhole();
  }

  async putEntry(entry: CatalogEntry): Promise<void> {
    await this.change({ entries: [entry] });
  }

  /** Makes all of a change in one commit, so that no crash leaves a part of it. */
  async change({ entries = [], gone = [], leftovers = [], settled = [], choice }: CatalogChange): Promise<void> {
    const removed = [
      ...gone.map((name) => ({ kind: 'collection', name })),
      ...settled.map((name) => ({ kind: 'leftover', name })),
    ];
    const chosen = choice === undefined ? [] : [choiceRecord(choice)];
    const records = [...entries.map(entryRecord), ...leftovers.map(leftoverRecord), ...chosen];
    if (records.length > 0) return this.#tables.collections.change(records, removed);
    for (const { kind, name } of removed) await this.#tables.collections.delete(kind, name);
  }

  /** Tables that wait to be cleared away. */
  async leftovers(): Promise<Leftover[]> {
    const records = await this.#tables.collections.list({ kind: 'leftover' });
    return records.flatMap(({ name, value }) => {
      const leftover = LEFTOVER.safeParse(value);
      return leftover.success ? [{ table: name, ...leftover.data }] : [];
    });
  }

  /** @throws QuarryError STORE_BROKEN, also when the table is missing: every database has one */
  async sources(collection?: string): Promise<Source[]> {
    await this.#requireSources();
    const version = await this.#tables.sources.version();
    if (this.#sources?.version !== version) this.#sources = { version, all: await this.#readSources() };
    const { all } = this.#sources;
    return all.filter((source) => collection === undefined || source.collection === collection);
  }

  async #readSources(): Promise<Source[]> {
    const records = await this.#tables.sources.list({ kind: 'source' });
    return records.flatMap(({ value }) => SOURCE.safeParse(value).data ?? []); // the check tells of those left out
  }

  async source(id: string): Promise<Source | undefined> {
    await this.#requireSources();
    const value = await this.#tables.sources.get('source', id);
    return value === undefined ? undefined : parse(SOURCE, value, `source ${id}`);
  }

  async putSource(source: Source): Promise<void> {
    await this.#requireSources();
    await this.#tables.sources.put({
      kind: 'source',
      name: source.id,
      label: source.collection,
      madeAt: source.createdAt,
      value: toJson(SOURCE, source),
    });
  }

  /** Were it made anew by a write, documents of all other sources would seem to have none. */
  async #requireSources(): Promise<void> {
    if (await this.#database.has('sources')) return;
    throw brokenCatalog('The table sources is missing.');
  }

  async deleteSource(id: string): Promise<void> {
    await this.#tables.sources.delete('source', id);
  }

  async deleteSourcesOf(collection: string): Promise<void> {
    await this.#tables.sources.deleteLabelled('source', collection);
  }

  async putJob(job: Job): Promise<void> {
    await this.#tables.jobs.put({
      kind: 'job',
      name: job.id,
      label: job.state,
      madeAt: job.createdAt,
      value: toJson(JOB, job),
    });
  }

  async job(id: string): Promise<Job | undefined> {
    const value = await this.#tables.jobs.get('job', id);
    return value === undefined ? undefined : parseJob(id, value);
  }

  async jobs(states: readonly JobState[], page: PageRequest): Promise<Page<Job>> {
    const { items, total } = await this.#tables.jobs.page({ kind: 'job', labels: states }, page.offset, page.limit);
    const readable = items.filter(({ value }) => JOB.safeParse(value).success); // the check tells of those left out
    return { items: readable.map(({ name, value }) => parseJob(name, value)), total };
  }

  /** Records of other rooms. */
  get records(): RecordTable {
    return this.#tables.records;
  }

  /** Resolves when no write is queued or running. */
  async idle(): Promise<void> {
    await Promise.all(Object.values(this.#tables).map((table) => table.idle()));
  }

  /**
   * Folds the control tables that have more than `most` old versions, and drops these. One that cannot be read is left
   * alone: it must not fail the work on others.
   */
  async compact(most: number): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.compact(most).catch(() => undefined);
  }

  /** Records of a table that cannot be read, by name. */
  async damagedRecords(name: ControlTable): Promise<string[]> {
    const records = await this.#tables[name].all();
    return records.filter((record) => !isReadable(record)).map((record) => record.name);
  }
}

/**
 * A table name for a collection: readable, safe as a file name whatever the collection is called, and never used
 * twice, so that a collection made anew cannot meet what is left of a dropped one.
 */
export function newTableName(collection: string): string {
  const slug = collection
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 32);
  const hash = createHash('sha256').update(collection).digest('hex').slice(0, 8);
  return `${TABLE_PREFIX}${slug === '' ? 'x' : slug}_${hash}_${randomBytes(4).toString('hex')}`;
}

/** What the names of all collection tables begin with. */
export const TABLE_PREFIX = 'k_';

/** Whether a record holds what records of its kind must. */
export function isReadable({ kind, value }: StoredRecord): boolean {
  const schemas: Readonly<Record<string, z.ZodType>> = {
    collection: ENTRY,
    source: SOURCE,
    job: JOB,
    leftover: LEFTOVER,
    [CHOICE.kind]: MODEL_CHOICE,
  };
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  return schema === undefined ? value !== null : schema.safeParse(value).success;
}

function entryRecord(entry: CatalogEntry): StoredRecord {
  const value: JsonValue = JSON.parse(JSON.stringify(entry));
  const { name, createdAt } = entry.collection;
  return { kind: 'collection', name, label: '', madeAt: createdAt, value };
}

/** Where the choice of a model stands: beside the collections, so that one commit changes both. */
const CHOICE = { kind: 'model', name: 'choice' } as const;

function choiceRecord({ model, dtype, chosenAt }: ModelChoice): StoredRecord {
  return { ...CHOICE, label: '', madeAt: chosenAt, value: { model, dtype, chosenAt } };
}

function leftoverRecord({ table, fate, sourcesOf }: Leftover): StoredRecord {
  return { kind: 'leftover', name: table, label: '', madeAt: '', value: { fate, sourcesOf } };
}

function brokenCatalog(message: string): QuarryError {
  return new QuarryError('STORE_BROKEN', message, { hint: MEND_HINT });
}

function parseJob(id: string, value: JsonValue): Job {
  const { progress, error, ...rest } = parse(JOB, value, `job ${id}`);
  const { message, ...counted } = progress;
  return {
    ...rest,
    progress: message === undefined ? counted : { ...counted, message },
    error: error === null ? null : withoutUndefined(error),
  };
}

function withoutUndefined({ hint, ...rest }: { code: string; message: string; hint?: string | undefined }) {
  return hint === undefined ? rest : { ...rest, hint };
}

/** The record as JSON, provided that it can be read again: a number that is not finite would spoil every later list. */
function toJson(schema: z.ZodType, record: Source | Job): JsonValue {
  const json: JsonValue = JSON.parse(JSON.stringify(record));
  const parsed = schema.safeParse(json);
  if (parsed.success) return json;
  throw new QuarryError('INPUT_INVALID', `The record ${record.id} cannot be stored: ${z.prettifyError(parsed.error)}`, {
    hint: 'Every field must be plain JSON; numbers must be finite.',
    cause: parsed.error,
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new QuarryError('STORE_BROKEN', `The stored record of ${what} cannot be read.`, {
    hint: MEND_HINT,
    cause: parsed.error,
  });
}
