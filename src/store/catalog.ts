import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { QuarryError } from '../core/errors.js';
import type { Page, PageRequest } from '../core/ports.js';
import {
  type Collection,
  JOB_STATES,
  type Job,
  type JobState,
  type JsonValue,
  SOURCE_KINDS,
  type Source,
} from '../core/types.js';
import type { Database } from './database.js';
import { type ControlTable, RecordTable } from './record-table.js';
import { VECTOR_INDEX_STATE } from './vector-index.js';

const COLLECTION = z.looseObject({
  name: z.string(),
  description: z.string(),
  fingerprint: z.looseObject({
    model: z.string(),
    revision: z.string(),
    dtype: z.string(),
    pooling: z.enum(['mean', 'cls', 'last', 'none']),
    queryPrefix: z.string(),
    documentPrefix: z.string(),
    dimensions: z.number().int().positive(),
    normalized: z.boolean(),
  }),
  sizing: z.looseObject({ maxTokens: z.number(), minTokens: z.number() }),
  chunker: z.string(),
  createdAt: z.string(),
});

const JSON_OBJECT = z.record(z.string(), z.json());

const SOURCE = z.looseObject({
  id: z.string(),
  collection: z.string(),
  kind: z.enum(SOURCE_KINDS),
  uri: z.string(),
  label: z.string(),
  options: JSON_OBJECT,
  state: z.json(),
  createdAt: z.string(),
  syncedAt: z.string().nullable(),
  addedBy: z.enum(['local', 'remote']).optional(),
});

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

/** What the catalog keeps of a collection besides its record. */
const TABLE = z.object({
  name: z.string(),
  dimensions: z.number(),
  vectorIndex: VECTOR_INDEX_STATE.nullable().catch(null), // it can be measured again
});

const ENTRY = z.object({ collection: COLLECTION, table: TABLE });

/** Where a collection's rows are, and how they are indexed. */
export type TableEntry = z.infer<typeof TABLE>;

/** A collection with its table. */
export interface CatalogEntry {
  readonly collection: Collection;
  readonly table: TableEntry;
}

/** Collections, sources, jobs and records of a database. */
export class Catalog {
  readonly #tables: Readonly<Record<ControlTable, RecordTable>>;
  #entries: { readonly version: number; readonly byName: ReadonlyMap<string, CatalogEntry> } | undefined;

  constructor(database: Database) {
    const table = (name: ControlTable) => new RecordTable(database, name);
    this.#tables = {
      collections: table('collections'),
      sources: table('sources'),
      jobs: table('jobs'),
      records: table('records'),
    };
  }

  /** All collections by name. Read again only when any process has changed one. */
  async collections(): Promise<ReadonlyMap<string, CatalogEntry>> {
    const version = await this.#tables.collections.version();
    if (this.#entries?.version === version) return this.#entries.byName;
    const records = await this.#tables.collections.list({ kind: 'collection' });
    const byName = new Map(records.map(({ name, value }) => [name, parse(ENTRY, value, `collection ${name}`)]));
    this.#entries = { version, byName };
    return byName;
  }

  /** @throws QuarryError COLLECTION_NOT_FOUND */
  async entry(name: string): Promise<CatalogEntry> {
    const entries = await this.collections();
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    const known = [...entries.keys()];
    throw new QuarryError('COLLECTION_NOT_FOUND', `There is no collection named ${JSON.stringify(name)}.`, {
      hint:
        known.length === 0
          ? 'Nothing has been ingested yet: ingest a folder, a site or a repository first.'
          : `Known collections: ${known.slice(0, 20).join(', ')}.`,
      details: { known: known.slice(0, 100) },
    });
  }

  async putEntry(entry: CatalogEntry): Promise<void> {
    const value: JsonValue = JSON.parse(JSON.stringify(entry));
    await this.#tables.collections.put({
      kind: 'collection',
      name: entry.collection.name,
      label: '',
      madeAt: entry.collection.createdAt,
      value,
    });
  }

  /** Writes `entry` and removes the record of `gone`, in one commit. */
  async swapEntry(entry: CatalogEntry, gone: string): Promise<void> {
    const value: JsonValue = JSON.parse(JSON.stringify(entry));
    const record = {
      kind: 'collection',
      name: entry.collection.name,
      label: '',
      madeAt: entry.collection.createdAt,
      value,
    };
    await this.#tables.collections.put(record, gone);
  }

  async deleteEntry(name: string): Promise<boolean> {
    return this.#tables.collections.delete('collection', name);
  }

  async sources(collection?: string): Promise<Source[]> {
    const labels = collection === undefined ? [] : [collection];
    const records = await this.#tables.sources.list({ kind: 'source', labels });
    return records.map(({ name, value }) => parse(SOURCE, value, `source ${name}`));
  }

  async source(id: string): Promise<Source | undefined> {
    const value = await this.#tables.sources.get('source', id);
    return value === undefined ? undefined : parse(SOURCE, value, `source ${id}`);
  }

  async putSource(source: Source): Promise<void> {
    await this.#tables.sources.put({
      kind: 'source',
      name: source.id,
      label: source.collection,
      madeAt: source.createdAt,
      value: toJson(SOURCE, source),
    });
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
    return { items: items.map(({ name, value }) => parseJob(name, value)), total };
  }

  /** Records of other rooms. */
  get records(): RecordTable {
    return this.#tables.records;
  }

  /** Resolves when no write is queued or running. */
  async idle(): Promise<void> {
    await Promise.all(Object.values(this.#tables).map((table) => table.idle()));
  }

  /** Folds the control tables that have more than `most` old versions, and drops these. */
  async compact(most: number): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.compact(most);
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
    hint: 'Run doctor; if the record cannot be mended, remove it and ingest again.',
    cause: parsed.error,
  });
}
