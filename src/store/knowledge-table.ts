import type { Table } from '@lancedb/lancedb';
import type { Schema } from 'apache-arrow';
import { QuarryError } from '../core/errors.js';
import type { Candidate, DocumentRows, KnownDocument, Page, PageRequest } from '../core/ports.js';
import { nameTermsOf } from '../core/text/names.js';
import type { Chunk, Document, SearchFilter } from '../core/types.js';
import { arrowSchema, arrowTable, ResultRows } from './columns.js';
import { commit, commitChecked, MEND_HINT, read } from './commit.js';
import type { Database } from './database.js';
import { filterPredicate } from './filter.js';
import {
  CANDIDATE_COLUMNS,
  CHUNK_COLUMNS,
  checkVector,
  chunkKey,
  DOCUMENT_ORDINAL,
  type DocumentHead,
  decodeCandidate,
  decodeChunk,
  decodeDocument,
  decodeHead,
  documentKey,
  KNOWLEDGE_COLUMNS,
  type KnowledgeRow,
  knowledgeRows,
  sharedCells,
  storedCells,
} from './knowledge-rows.js';
import { manifestPath } from './manifests.js';
import { readIndexedFragments } from './read-manifest.js';
import { atLeast, both, equals, isOneOf, type Predicate } from './sql.js';

/** Most documents, rows and characters written in one commit; a document is never split. */
const COMMIT_DOCUMENTS = 500;
const COMMIT_ROWS = 20_000;
const COMMIT_CHARACTERS = 64 * 1024 * 1024;
/** Most literals in one IN list. */
const IN_LIST = 1000;

/** Rows that stand for documents. */
export const IS_DOCUMENT = equals('ordinal', DOCUMENT_ORDINAL);
const IS_CHUNK = atLeast('ordinal', 0);

/** The rows of one collection. Writes must be called by the only writer. */
export class KnowledgeTable {
  readonly name: string;
  readonly #collection: string;
  readonly #database: Database;
  /** Numbers of a vector. */
  readonly dimensions: number;
  readonly #schema: Schema;

  constructor(database: Database, collection: string, table: { readonly name: string; readonly dimensions: number }) {
    this.#database = database;
    this.#collection = collection;
    this.name = table.name;
    this.dimensions = table.dimensions;
    this.#schema = arrowSchema(database.engine, KNOWLEDGE_COLUMNS, table.dimensions);
  }

  /** Name of the collection that the rows belong to. */
  /** Folder of the table. */
  get folder(): string {
    return this.#database.folder(this.name);
  }

  get collection(): string {
    return this.#collection;
  }

  /** The handle. @throws QuarryError STORE_BROKEN, also when the table is not there */
  async open(): Promise<Table> {
    const table = await this.#database.table(this.name);
    if (table !== undefined) return table;
    throw new QuarryError('STORE_BROKEN', `The rows of the collection ${this.#collection} are gone.`, {
      hint: MEND_HINT,
      details: { table: this.name },
    });
  }

  /** Number of the newest version, which every commit of any process changes. */
  async version(): Promise<number> {
    return this.#database.version(await this.open());
  }

  /** Numbers of the fragments that an index covers at a version; undefined where that cannot be told, as of a version that is gone. */
  indexedFragments(version: number, index: string): Promise<Set<number> | undefined> {
    return readIndexedFragments(manifestPath(this.folder, version), index);
  }

  async create(): Promise<Table> {
    return commit(() => this.#database.createTable(this.name, this.#schema, 'key'));
  }

  /** Adds or replaces documents, each in one commit with all its chunks. */
  async put(documents: readonly DocumentRows[]): Promise<void> {
    const latest = new Map(documents.map((rows) => [rows.document.id, rows]));
    const prepared = [...latest.values()].map((rows) => knowledgeRows(rows, this.dimensions));
    for (const group of groupForCommit(prepared)) await this.#replace(group);
  }

  /** Adds rows that were read from another table, grouped by document. */
  async putRows(documents: readonly (readonly KnowledgeRow[])[]): Promise<void> {
    for (const group of groupForCommit(documents)) await this.#merge(group.flat());
  }

  /** Replaces what stands beside the text, on the documents' rows and on their chunks' rows. Unknown documents are passed over. */
  async patch(documents: readonly Document[]): Promise<void> {
    const latest = new Map(documents.map((document) => [document.id, document]));
    for (const ids of slices([...latest.keys()], COMMIT_DOCUMENTS / 4)) {
      const stored = await this.#rowsOf(ids);
      for (const group of groupForCommit(patchedRows(stored, latest))) await this.#merge(group.flat());
    }
  }

  /** Resolves to how many existed. */
  async delete(documentIds: readonly string[]): Promise<number> {
    let count = 0;
    for (const ids of slices([...new Set(documentIds)], IN_LIST))
      count += await this.#deleteWhere(isOneOf('document_id', ids));
    return count;
  }

  /** Resolves to how many documents the source had. */
  async deleteSource(sourceId: string): Promise<number> {
    return this.#deleteWhere(equals('source_id', sourceId));
  }

  async get(documentId: string): Promise<Document | undefined> {
    const rows = await this.#select(equals('key', documentKey(documentId)), ['head', 'body']);
    return rows.length === 0 ? undefined : decodeDocument(rows, 0, this.#collection);
  }

  /** Documents with exactly this uri, by id. */
  async findByUri(uri: string): Promise<Document[]> {
    const rows = await this.#select(both(IS_DOCUMENT, equals('uri', uri)), ['head', 'body']);
    const documents = Array.from({ length: rows.length }, (_, row) => decodeDocument(rows, row, this.#collection));
    return documents.sort((first, second) => (first.id < second.id ? -1 : 1));
  }

  async list(filter: SearchFilter, page: PageRequest): Promise<Page<DocumentHead>> {
    const where = both(IS_DOCUMENT, filterPredicate(filter));
    const table = await this.open();
    const order = ['uri', 'document_id'].map((columnName) => ({ columnName, ascending: true }));
    const result = await read(() =>
      table
        .query()
        .where(where)
        .orderBy(order)
        .offset(page.offset)
        .limit(page.limit)
        .select(['head', ...order.map((by) => by.columnName)])
        .toArrow(),
    );
    const rows = new ResultRows(result);
    return {
      items: Array.from({ length: rows.length }, (_, row) => decodeHead(rows.text('head', row), this.#collection)),
      total: await read(() => table.countRows(where)),
    };
  }

  /** What is known of the source's documents, by id. */
  async known(sourceId: string): Promise<(KnownDocument & { readonly id: string })[]> {
    const where = both(IS_DOCUMENT, equals('source_id', sourceId));
    const rows = await this.#select(where, ['document_id', 'uri', 'content_hash', 'revision']);
    const known = Array.from({ length: rows.length }, (_, row) => ({
      id: rows.text('document_id', row),
      uri: rows.text('uri', row),
      contentHash: rows.text('content_hash', row),
      revision: rows.text('revision', row),
    }));
    return known.sort((first, second) => (first.id < second.id ? -1 : 1));
  }

  async chunks(documentId: string): Promise<Chunk[]> {
    const rows = await this.#select(chunksOf(documentId), [...CHUNK_COLUMNS]);
    const chunks = Array.from({ length: rows.length }, (_, row) => decodeChunk(rows, row));
    return chunks.sort((first, second) => first.ordinal - second.ordinal);
  }

  /** Chunks of a document as candidates without scores, in its order. */
  async candidatesOf(documentId: string): Promise<Candidate[]> {
    const rows = await this.#select(chunksOf(documentId), [...CANDIDATE_COLUMNS]);
    return inOrder(this.#unscored(rows));
  }

  /** Candidates without scores, in the order of the ids. */
  async candidates(chunkIds: readonly string[]): Promise<Candidate[]> {
    const found = new Map<string, Candidate>();
    const wanted = [...new Set(chunkIds)];
    for (const ids of slices(wanted, IN_LIST)) {
      const rows = await this.#select(isOneOf('chunk_id', ids), [...CANDIDATE_COLUMNS]);
      for (const candidate of this.#unscored(rows)) found.set(candidate.chunk.id, candidate);
    }
    return wanted.map((id) => found.get(id)).filter((candidate) => candidate !== undefined);
  }

  #unscored(rows: ResultRows): Candidate[] {
    return Array.from({ length: rows.length }, (_, row) => ({
      ...decodeCandidate(rows, row, this.#collection),
      similarity: null,
      bm25: null,
    }));
  }

  /** First chunks of documents, without scores, in the order of the ids. */
  async firstChunks(documentIds: readonly string[]): Promise<Candidate[]> {
    if (documentIds.length === 0) return [];
    const keys = documentIds.slice(0, IN_LIST).map((id) => chunkKey(id, 0));
    const rows = await this.#select(isOneOf('key', keys), [...CANDIDATE_COLUMNS]);
    const order = new Map(documentIds.map((id, at) => [id, at]));
    const place = ({ chunk }: Candidate): number => order.get(chunk.documentId) ?? 0;
    return this.#unscored(rows).sort((first, second) => place(first) - place(second));
  }

  async vectors(embedHashes: readonly string[]): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    for (const hashes of slices([...new Set(embedHashes)], IN_LIST)) {
      const rows = await this.#select(isOneOf('embed_hash', hashes), ['embed_hash', 'vector']);
      for (let row = 0; row < rows.length; row++) {
        const vector = rows.vector('vector', row);
        if (vector !== null) found.set(rows.text('embed_hash', row), vector);
      }
    }
    return found;
  }

  /** Number of documents and of chunks. */
  async count(): Promise<{ documents: number; chunks: number }> {
    const table = await this.open();
    return read(async () => {
      const documents = await table.countRows(IS_DOCUMENT);
      return { documents, chunks: (await table.countRows()) - documents };
    });
  }

  /** Throws unless the vector can be compared with the stored ones. */
  checkQueryVector(vector: Float32Array): void {
    checkVector(vector, this.dimensions, 'The query');
  }

  async #replace(group: readonly (readonly KnowledgeRow[])[]): Promise<void> {
    const rows = group.flat();
    const written = new Set(rows.map(({ key }) => key));
    const stored = await this.#select(isOneOf('document_id', [...new Set(rows.map((row) => row.document_id))]), [
      'key',
    ]);
    const gone = Array.from({ length: stored.length }, (_, row) => stored.text('key', row)).filter(
      (key) => !written.has(key),
    );
    // Deleting besides replacing makes the engine compare the whole table with what is written: four times the work.
    await this.#merge(rows, gone.length === 0 ? undefined : isOneOf('key', gone));
  }

  /** One commit: rows are replaced by key; rows that `gone` covers and that are not among them are deleted. */
  async #merge(rows: readonly KnowledgeRow[], gone?: Predicate): Promise<void> {
    if (rows.length === 0) return;
    const table = await this.open();
    const data = arrowTable(this.#database.engine, this.#schema, rows);
    await commitChecked(
      async () => {
        const merge = table.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll();
        const whole = gone === undefined ? merge : merge.whenNotMatchedBySourceDelete({ where: gone });
        // With an index on the key a merge misses rows that were committed meanwhile and duplicates them.
        await whole.useIndex(false).execute(data);
      },
      () => this.#holds(rows),
    );
  }

  /** Whether the documents' own rows stand there as given; they hold the time of indexing, so that none is taken for another. */
  async #holds(rows: readonly KnowledgeRow[]): Promise<boolean> {
    const wanted = rows.filter((row) => row.ordinal === DOCUMENT_ORDINAL);
    if (wanted.length === 0) return false;
    const found = await this.#select(
      isOneOf(
        'key',
        wanted.map((row) => row.key),
      ),
      ['key', 'head'],
    );
    const heads = new Map(
      Array.from({ length: found.length }, (_, row) => [found.text('key', row), found.text('head', row)]),
    );
    return wanted.every((row) => heads.get(row.key) === row.head);
  }

  async #deleteWhere(where: Predicate): Promise<number> {
    const table = await this.open();
    const count = await read(() => table.countRows(both(IS_DOCUMENT, where)));
    const isGone = async () => (await table.countRows(where)) === 0;
    if (count > 0) await commitChecked(() => table.delete(where), isGone);
    return count;
  }

  async #rowsOf(documentIds: readonly string[]): Promise<ResultRows> {
    return this.#select(isOneOf('document_id', documentIds), Object.keys(KNOWLEDGE_COLUMNS));
  }

  async #select(where: Predicate | undefined, columns: string[]): Promise<ResultRows> {
    const table = await this.open();
    return read(async () => {
      const query = table.query().select(columns);
      return new ResultRows(await (where === undefined ? query : query.where(where)).toArrow());
    });
  }
}

/** Candidates of one document in its order. */
export function inOrder(candidates: Candidate[]): Candidate[] {
  return candidates.sort((first, second) => first.chunk.ordinal - second.chunk.ordinal);
}

/** Rows that are chunks of a document. */
export function chunksOf(documentId: string): Predicate {
  return both(equals('document_id', documentId), IS_CHUNK);
}

function patchedRows(stored: ResultRows, patches: ReadonlyMap<string, Document>): KnowledgeRow[][] {
  const groups = new Map<string, KnowledgeRow[]>();
  for (let row = 0; row < stored.length; row++) {
    const id = stored.text('document_id', row);
    const patch = patches.get(id);
    if (patch === undefined) continue;
    const before = decodeHead(stored.text('head', row), patch.collection);
    const isDocument = stored.number('ordinal', row) === DOCUMENT_ORDINAL;
    // The text and its chunks stay, and with them what is derived from them.
    const after = { ...patch, contentHash: before.contentHash, chunkCount: before.chunkCount };
    const group = groups.get(id) ?? [];
    const own = isDocument ? { revision: patch.revision, search_text: nameTermsOf(after) } : { revision: null };
    group.push({ ...storedCells(stored, row), ...sharedCells(after), ...own });
    groups.set(id, group);
  }
  return [...groups.values()];
}

function groupForCommit(documents: readonly (readonly KnowledgeRow[])[]): (readonly KnowledgeRow[])[][] {
  const groups: (readonly KnowledgeRow[])[][] = [];
  let rows = 0;
  let characters = 0;
  for (const document of documents) {
    const size = document.reduce((sum, row) => sum + (row.body?.length ?? 0) + (row.text?.length ?? 0) * 2, 0);
    const group = groups.at(-1);
    const isFull = rows + document.length > COMMIT_ROWS || characters + size > COMMIT_CHARACTERS;
    if (group === undefined || isFull || group.length >= COMMIT_DOCUMENTS) {
      groups.push([document]);
      rows = document.length;
      characters = size;
    } else {
      group.push(document);
      rows += document.length;
      characters += size;
    }
  }
  return groups;
}

function slices<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}
