import { chunkId, documentId, embedHash, sha256, sourceId } from '../../src/core/identity.js';
import type { KeywordQuery } from '../../src/core/keyword-port.js';
import type { ChunkRow, DocumentRows } from '../../src/core/ports.js';
import { parseQuery } from '../../src/core/text/query.js';
import { searchTextOf } from '../../src/core/text/search-text.js';
import type { Collection, Document, Job, Source } from '../../src/core/types.js';

/** Length of the vectors of {@link sampleVector}. */
export const DIMENSIONS = 16;

const START = Date.parse('2026-01-01T00:00:00.000Z');

/** ISO time `minutes` after the start of 2026. */
export function sampleTime(minutes: number): string {
  return new Date(START + minutes * 60_000).toISOString();
}

/** A unit vector that is always the same for the same text; texts that share words point the same way. */
export function sampleVector(text: string, dimensions = DIMENSIONS): Float32Array {
  const vector = new Float32Array(dimensions);
  // The beginning is enough to tell samples apart; a word of megabytes would exhaust the expression's stack.
  for (const word of text
    .slice(0, 20_000)
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? ['?']) {
    let hash = sha256(word);
    while (hash.length < dimensions * 2) hash += sha256(hash);
    for (let i = 0; i < dimensions; i++)
      vector[i] = (vector[i] ?? 0) + Number.parseInt(hash.slice(i * 2, i * 2 + 2), 16) / 128 - 1;
  }
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}

/** A collection of sample vectors. */
export function sampleCollection(name: string, changes: Partial<Collection> = {}): Collection {
  return {
    name,
    description: `About ${name}.`,
    fingerprint: {
      model: 'sample',
      revision: sha256('sample'),
      dtype: 'fp32',
      pooling: 'mean',
      queryPrefix: '',
      documentPrefix: '',
      dimensions: DIMENSIONS,
      normalized: true,
    },
    sizing: { maxTokens: 256, minTokens: 48 },
    chunker: 'sample/1',
    createdAt: sampleTime(0),
    ...changes,
  };
}

/** A source of a collection. */
export function sampleSource(collection: string, uri = '/docs', changes: Partial<Source> = {}): Source {
  return {
    id: sourceId(collection, 'files', uri),
    collection,
    kind: 'files',
    uri,
    label: `Files of ${uri}`,
    options: { include: ['**/*.md'], depth: 3, hidden: false },
    state: { etag: 'W/"1"', pages: [1, 2] },
    createdAt: sampleTime(0),
    syncedAt: null,
    ...changes,
  };
}

/** A document cut into one chunk per paragraph. */
export function sampleDocument(
  source: Source,
  uri: string,
  text: string,
  changes: Partial<Document> = {},
): DocumentRows {
  const id = documentId(source.id, uri);
  const document: Document = {
    id,
    uri,
    title: `Title of ${uri}`,
    text,
    format: 'markdown',
    mediaType: 'text/markdown',
    language: 'en',
    licence: 'MIT',
    revision: 'r1',
    modifiedAt: '',
    category: '',
    tags: [],
    status: 'active',
    confidence: 1,
    metadata: {},
    collection: source.collection,
    sourceId: source.id,
    sourceKind: source.kind,
    contentHash: sha256(text),
    indexedAt: sampleTime(60),
    chunkCount: 0,
    ...changes,
  };
  const chunks = sampleChunks(document);
  return { document: { ...document, chunkCount: chunks.length }, chunks };
}

function sampleChunks(document: Document): ChunkRow[] {
  const chunks: ChunkRow[] = [];
  let start = 0;
  for (const paragraph of document.text.split('\n\n')) {
    const end = start + paragraph.length;
    if (paragraph !== '') {
      chunks.push({
        id: chunkId(document.id, start, end, paragraph),
        documentId: document.id,
        ordinal: chunks.length,
        start,
        end,
        startLine: 1 + (document.text.slice(0, start).match(/\n/g)?.length ?? 0),
        endLine: 1 + (document.text.slice(0, end).match(/\n/g)?.length ?? 0),
        headingPath: ['Guide', `Part ${chunks.length}`],
        tokens: paragraph.split(/\s+/).length,
        text: paragraph,
        embedHash: embedHash(paragraph),
        searchText: searchTextOf({ title: document.title, headingPath: [], text: paragraph, format: document.format }),
        vector: sampleVector(paragraph),
      });
    }
    start = end + 2;
  }
  return chunks;
}

/** A keyword query of these words. */
export function keywords(text: string): KeywordQuery {
  return { terms: parseQuery(text).terms };
}

/** A job. */
export function sampleJob(id: string, changes: Partial<Job> = {}): Job {
  return {
    id,
    kind: 'ingest',
    state: 'queued',
    subject: 'docs',
    input: { target: '/docs', deep: { list: [1, 'two', null, true] } },
    progress: { stage: 'extract', done: 0, total: 0 },
    counts: { added: 3, failed: 0 },
    issues: [{ uri: 'a.md', code: 'DOCUMENT_BROKEN', message: "It's broken." }],
    result: null,
    error: null,
    createdAt: sampleTime(0),
    startedAt: null,
    finishedAt: null,
    updatedAt: sampleTime(0),
    owner: 'host:1',
    ...changes,
  };
}
