import { z } from 'zod';
import { chunkId, sha256 } from '../../core/identity.js';
import { NOTE_STATUSES, SOURCE_KINDS } from '../../core/types.js';
import { chunkParts, DOCUMENT_ORDINAL, documentKey, isAsWritten, type KnowledgeRow } from '../knowledge-rows.js';

/** What every head must have; the rest is optional for this purpose. */
const HEAD = z.looseObject({
  id: z.string(),
  uri: z.string(),
  title: z.string(),
  sourceId: z.string(),
  sourceKind: z.enum(SOURCE_KINDS),
  status: z.enum(NOTE_STATUSES),
  contentHash: z.string(),
  indexedAt: z.string(),
  tags: z.array(z.string()),
});

const SPAN = z.looseObject({
  id: z.string(),
  documentId: z.string(),
  ordinal: z.number(),
  start: z.number(),
  end: z.number(),
});

/** The facts of a head, or undefined when it is not what was written. */
export function soundHead(text: unknown): z.infer<typeof HEAD> | undefined {
  if (typeof text !== 'string' || isAsWritten(text, []) === false) return undefined;
  try {
    return HEAD.parse(JSON.parse(text));
  } catch {
    return undefined; // no JSON, or without a fact that all heads have
  }
}

/** The span of a chunk, or undefined when it is no span. */
export function soundSpan(text: unknown): z.infer<typeof SPAN> | undefined {
  try {
    return SPAN.parse(JSON.parse(String(text)));
  } catch {
    return undefined; // no JSON, or without a fact that all spans have
  }
}

/** Columns that {@link isSoundRow} looks at. */
export const VERIFIED_COLUMNS: readonly (keyof KnowledgeRow)[] = [
  'key',
  'document_id',
  'ordinal',
  'chunk_id',
  'source_id',
  'uri',
  'head',
  'content_hash',
  'chunk_count',
  'body',
  'text',
  'search_text',
  'span',
  'vector',
];

/** Whether a row holds what was written, as far as its hashes tell. */
export function isSoundRow(row: Partial<KnowledgeRow>): boolean {
  const head = soundHead(row.head);
  if (head === undefined || head.id !== row.document_id) return false;
  if (head.uri !== row.uri || head.sourceId !== row.source_id) return false;
  return row.ordinal === DOCUMENT_ORDINAL ? isSoundDocument(row, head.contentHash) : isSoundChunk(row);
}

function isSoundDocument(row: Partial<KnowledgeRow>, contentHash: string): boolean {
  return (
    row.key === documentKey(row.document_id ?? '') &&
    row.content_hash === contentHash &&
    typeof row.body === 'string' &&
    sha256(row.body) === contentHash
  );
}

function isSoundChunk(row: Partial<KnowledgeRow>): boolean {
  const { document_id: id = '', text, vector, search_text: searchText } = row;
  const span = soundSpan(row.span);
  if (span === undefined || row.key !== `${row.ordinal}:${id}`) return false;
  if (span.id !== row.chunk_id || span.documentId !== id || span.ordinal !== row.ordinal) return false;
  if (typeof text !== 'string' || typeof searchText !== 'string' || !(vector instanceof Float32Array)) return false;
  if (!vector.every(Number.isFinite)) return false;
  return (
    isAsWritten(String(row.span), chunkParts(text, searchText, vector)) ??
    chunkId(id, span.start, span.end, text) === span.id
  );
}
