import { createHash } from 'node:crypto';
import { QuarryError } from '../core/errors.js';
import type { Candidate, ChunkRow, DocumentRows } from '../core/ports.js';
import { nameTermsOf } from '../core/text/names.js';
import type { Chunk, Document } from '../core/types.js';
import type { ColumnSpec, ResultRows, RowOf } from './columns.js';
import { MEND_HINT } from './commit.js';
import { changedMs, documentFacts } from './filter.js';

/**
 * Columns of a collection's table. A document is one row with ordinal -1 followed by one row per chunk, all written
 * in one commit, so that a document is whole or absent at every moment and for every reader. What a filter may name
 * stands on both kinds of row; `head` (the document without its text, as JSON) too, so that a hit needs no second read.
 * `span` is the chunk without its text, as JSON: each column that a search reads costs it a quarter of a millisecond.
 */
export const KNOWLEDGE_COLUMNS = {
  key: 'text',
  document_id: 'text',
  ordinal: 'int',
  chunk_id: 'text?',
  source_kind: 'text',
  source_id: 'text',
  uri: 'text',
  category: 'text',
  language: 'text',
  status: 'text',
  tags: 'texts',
  facts: 'texts',
  changed_ms: 'double',
  head: 'text',
  content_hash: 'text?',
  revision: 'text?',
  chunk_count: 'int',
  body: 'text?',
  text: 'text?',
  search_text: 'text?',
  embed_hash: 'text?',
  span: 'text?',
  vector: 'vector?',
} as const satisfies ColumnSpec;

/** A row of a collection's table. */
export type KnowledgeRow = RowOf<typeof KNOWLEDGE_COLUMNS>;

/** Ordinal of the row that is the document itself. */
export const DOCUMENT_ORDINAL = -1;

/** A document without its text. */
export type DocumentHead = Omit<Document, 'text'>;

/** Columns of a chunk without its vector. */
export const CHUNK_COLUMNS: readonly string[] = ['span', 'text'];

/** Columns that a {@link Candidate} is made of. */
export const CANDIDATE_COLUMNS: readonly string[] = [...CHUNK_COLUMNS, 'head', 'vector', 'search_text'];

/** Key of a document's own row. */
export function documentKey(documentId: string): string {
  return `d:${documentId}`;
}

/** Key of a chunk's row. */
export function chunkKey(documentId: string, ordinal: number): string {
  return `${ordinal}:${documentId}`;
}

/** All rows of a document. @throws QuarryError INPUT_INVALID, FINGERPRINT_MISMATCH */
export function knowledgeRows(rows: DocumentRows, dimensions: number): KnowledgeRow[] {
  const chunks = checkedChunks(rows, dimensions);
  const document = { ...rows.document, chunkCount: chunks.length };
  const shared = sharedCells(document);
  const own: KnowledgeRow = {
    ...shared,
    key: documentKey(document.id),
    ordinal: DOCUMENT_ORDINAL,
    chunk_id: null,
    content_hash: document.contentHash,
    revision: document.revision,
    chunk_count: chunks.length,
    body: document.text,
    text: null,
    search_text: nameTermsOf(document),
    embed_hash: null,
    span: null,
    vector: null,
  };
  return [own, ...chunks.map((chunk) => ({ ...shared, ...chunkCells(chunk) }))];
}

/** The cells that change when a document is patched; the same on its own row and on its chunks' rows. */
export function sharedCells(document: Document | DocumentHead) {
  return {
    document_id: document.id,
    source_kind: document.sourceKind,
    source_id: document.sourceId,
    uri: document.uri,
    category: document.category,
    language: document.language,
    status: document.status,
    tags: [...new Set(document.tags)],
    facts: documentFacts(document.metadata),
    changed_ms: changedMs(document.modifiedAt, document.indexedAt),
    head: encodeHead(document),
  };
}

function chunkCells(chunk: ChunkRow) {
  return {
    key: chunkKey(chunk.documentId, chunk.ordinal),
    ordinal: chunk.ordinal,
    chunk_id: chunk.id,
    content_hash: null,
    revision: null,
    chunk_count: 0,
    body: null,
    text: chunk.text,
    search_text: chunk.searchText,
    embed_hash: chunk.embedHash,
    span: encodeSpan(chunk),
    vector: chunk.vector,
  };
}

function checkedChunks({ document, chunks }: DocumentRows, dimensions: number): ChunkRow[] {
  const byOrdinal = new Map<number, ChunkRow>();
  const ids = new Set<string>();
  for (const chunk of chunks) {
    if (chunk.documentId !== document.id || !isOrdinal(chunk.ordinal)) {
      throw new QuarryError('INPUT_INVALID', `Chunk ${chunk.id} does not belong to document ${document.id}.`, {
        hint: 'Give each document only its own chunks, numbered from 0.',
      });
    }
    if (ids.has(chunk.id)) continue; // the id says place and text, so this is the same chunk once more
    if (byOrdinal.has(chunk.ordinal)) {
      throw new QuarryError('INPUT_INVALID', `Document ${document.id} has two chunks numbered ${chunk.ordinal}.`, {
        hint: 'Number the chunks of a document from 0 without repeating.',
      });
    }
    checkVector(chunk.vector, dimensions, `Chunk ${chunk.id}`);
    ids.add(chunk.id);
    byOrdinal.set(chunk.ordinal, chunk);
  }
  return [...byOrdinal.values()];
}

function isOrdinal(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

/** Refuses what LanceDB would truncate, pad or store and later stumble over. @throws QuarryError FINGERPRINT_MISMATCH, INPUT_INVALID */
export function checkVector(vector: Float32Array, dimensions: number, owner: string): void {
  if (vector.length !== dimensions) {
    throw new QuarryError(
      'FINGERPRINT_MISMATCH',
      `${owner} has a vector of ${vector.length} numbers; this collection takes ${dimensions}.`,
      { hint: 'Use the embedder that the collection was made with, or re-embed the collection.' },
    );
  }
  if (!isAllFinite(vector)) {
    throw new QuarryError('INPUT_INVALID', `${owner} has a vector with a number that is not finite.`, {
      hint: 'The embedder gave a broken vector: run doctor, and report the text that it was made from.',
    });
  }
}

function isAllFinite(vector: Float32Array): boolean {
  for (let at = 0; at < vector.length; at++) if (!Number.isFinite(vector[at])) return false;
  return true;
}

function encodeHead(document: Document | DocumentHead): string {
  const { collection: _collection, ...rest } = document;
  const head: Record<string, unknown> = { ...rest };
  delete head['text'];
  return withCheck(JSON.stringify(head), []);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw notAsWritten();
  }
}

/** Damage that the engine does not notice must not be taken for an answer. */
function notAsWritten(): QuarryError {
  return new QuarryError('STORE_BROKEN', 'A stored row is not what was written.', { hint: MEND_HINT });
}

/** The document's head as it was stored. @throws QuarryError STORE_BROKEN when it is not what was written */
export function decodeHead(json: string, collection: string): DocumentHead {
  if (isAsWritten(json, []) === false) throw notAsWritten();
  // Written by encodeHead in the same format version; the format check at open refuses any other.
  const { check: _check, ...head } = parsed(json) as Omit<DocumentHead, 'collection'> & { check?: string };
  return { ...head, collection };
}

/** The whole document at a row with the columns `head` and `body`. */
export function decodeDocument(rows: ResultRows, row: number, collection: string): Document {
  return { ...decodeHead(rows.text('head', row), collection), text: rows.text('body', row) };
}

function encodeSpan(chunk: ChunkRow): string {
  const { id, documentId, ordinal, start, end, startLine, endLine, headingPath, tokens, embedHash } = chunk;
  const json = JSON.stringify({
    id,
    documentId,
    ordinal,
    start,
    end,
    startLine,
    endLine,
    headingPath,
    tokens,
    embedHash,
  });
  return withCheck(json, chunkParts(chunk.text, chunk.searchText, chunk.vector));
}

/** What a chunk's check covers besides its span. */
export function chunkParts(text: string, searchText: string, vector: Float32Array): (string | Uint8Array)[] {
  return [text, searchText, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)];
}

/**
 * A JSON object with one more member, `check`: a hash of the object's text and of the parts that belong to it. The
 * engine's files carry no checksums, so a flipped byte would else be taken for what was written.
 */
function withCheck(json: string, parts: readonly (string | Uint8Array)[]): string {
  return `${json.slice(0, -1)},"check":"${checkOf(json, parts)}"}`;
}

/** Whether an object and its parts are as they were written; undefined for rows of earlier versions, which have no check. */
export function isAsWritten(json: string, parts: readonly (string | Uint8Array)[]): boolean | undefined {
  const check = /,"check":"([0-9a-f]{16})"\}$/.exec(json);
  if (check === null) return undefined;
  return checkOf(`${json.slice(0, check.index)}}`, parts) === check[1];
}

function checkOf(json: string, parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256').update(json);
  for (const part of parts) hash.update('\u0000').update(part);
  return hash.digest('hex').slice(0, 16);
}

/** The chunk at a row with {@link CHUNK_COLUMNS}. */
export function decodeChunk(rows: ResultRows, row: number): Chunk {
  return decodeSpan(rows.text('span', row), rows.text('text', row));
}

/** The chunk of a stored span and its text. @throws QuarryError STORE_BROKEN when they are not what was written */
export function decodeSpan(json: string, text: string): Chunk {
  // Written by encodeSpan in the same format version; the format check at open refuses any other.
  const span = parsed(json) as Omit<Chunk, 'text'>;
  if (span.end - span.start !== text.length) throw notAsWritten();
  const { id, documentId, ordinal, start, end, startLine, endLine, headingPath, tokens, embedHash } = span;
  return { id, documentId, ordinal, start, end, startLine, endLine, headingPath, tokens, embedHash, text };
}

/** A candidate before any leg has scored it. */
export type UnscoredCandidate = Omit<Candidate, 'similarity' | 'bm25'>;

/** A row as a candidate that no leg has scored. */
export function unscored(row: UnscoredCandidate): Candidate {
  return { ...row, similarity: null, bm25: null };
}

/** The candidate at a row with {@link CANDIDATE_COLUMNS}. */
export function decodeCandidate(rows: ResultRows, row: number, collection: string): UnscoredCandidate {
  return {
    chunk: decodeChunk(rows, row),
    document: decodeHead(rows.text('head', row), collection),
    vector: rows.vector('vector', row) ?? new Float32Array(0),
    searchText: rows.text('search_text', row),
  };
}

/** A stored row as it was, cell by cell. */
export function storedCells(rows: ResultRows, row: number): KnowledgeRow {
  const cells = Object.entries(KNOWLEDGE_COLUMNS).map(([name, kind]) => [name, rows.cell(name, row, kind)]);
  return Object.fromEntries(cells) as KnowledgeRow; // every column was read by its own kind
}
