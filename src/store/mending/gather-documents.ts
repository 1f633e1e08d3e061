import { sha256 } from '../../core/identity.js';
import type { LostDocument } from '../../core/ports.js';
import type { Document } from '../../core/types.js';
import { DOCUMENT_ORDINAL, decodeHead, type KnowledgeRow } from '../knowledge-rows.js';
import type { ReadRow } from './read-rows.js';
import { isSoundRow, soundHead, soundSpan } from './verify-row.js';

/** The best that can be made of the rows of one document. */
export type Salvaged =
  /** All its rows, as they were written. */
  | { readonly state: 'whole'; readonly rows: readonly KnowledgeRow[] }
  /** Its text, from which its passages can be made anew. */
  | { readonly state: 'text'; readonly document: Document }
  | { readonly state: 'lost'; readonly document: LostDocument };

/** Makes the best of each document among rows that may be damaged, incomplete, or left of an earlier state. */
export function gatherDocuments(rows: readonly ReadRow[], collection: string): Map<string, Salvaged> {
  const byId = new Map<string, ReadRow[]>();
  for (const row of rows) {
    const id = idOf(row);
    if (id === undefined) continue;
    const own = byId.get(id);
    if (own === undefined) byId.set(id, [row]);
    else own.push(row);
  }
  return new Map([...byId].map(([id, own]) => [id, bestOf(id, own, collection)]));
}

/** The document that a row belongs to: what its head says, if it is sound, else what its column says. */
function idOf({ cells }: ReadRow): string | undefined {
  const id = soundHead(cells['head'])?.id ?? cells['document_id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function bestOf(id: string, rows: readonly ReadRow[], collection: string): Salvaged {
  const whole = newestWhole(rows);
  const text = newestText(rows, collection);
  if (whole !== undefined && (text === undefined || text.indexedAt <= indexedAtOf(whole))) {
    return { state: 'whole', rows: whole };
  }
  if (text !== undefined) return { state: 'text', document: text };
  const rebuilt = rebuiltText(rows, collection);
  if (rebuilt !== undefined) return { state: 'text', document: rebuilt };
  return { state: 'lost', document: lostDocument(id, rows) };
}

function indexedAtOf(rows: readonly KnowledgeRow[]): string {
  return soundHead(rows[0]?.head)?.indexedAt ?? '';
}

/** The newest state of the document of which every row is there and sound. All rows of one state have the same head. */
function newestWhole(rows: readonly ReadRow[]): KnowledgeRow[] | undefined {
  const byHead = new Map<string, Map<string, KnowledgeRow>>();
  for (const { cells, isWhole } of rows) {
    if (!isWhole) continue;
    const row = cells as KnowledgeRow; // a whole row has every column, read by its own kind
    if (!isSoundRow(row)) continue;
    const state = byHead.get(row.head) ?? new Map<string, KnowledgeRow>();
    byHead.set(row.head, state.set(row.key, row));
  }
  const states = [...byHead.values()].map((state) => [...state.values()].sort((a, b) => a.ordinal - b.ordinal));
  const complete = states.filter(([first, ...chunks]) => {
    const isNumbered = chunks.every((chunk, index) => chunk.ordinal === index);
    return first?.ordinal === DOCUMENT_ORDINAL && first.chunk_count === chunks.length && isNumbered;
  });
  return complete.sort((a, b) => (indexedAtOf(a) < indexedAtOf(b) ? 1 : -1))[0];
}

/** The newest text of the document that is what its hash says, with a head that belongs to it. */
function newestText(rows: readonly ReadRow[], collection: string): Document | undefined {
  const bodies = new Map<string, string>();
  for (const { cells } of rows) {
    if (typeof cells['body'] === 'string') bodies.set(sha256(cells['body']), cells['body']);
  }
  return newestHeads(rows)
    .map((head): Document | undefined => {
      const decoded = decodeHead(head, collection);
      const body = bodies.get(decoded.contentHash);
      return body === undefined ? undefined : { ...decoded, text: body };
    })
    .find((document) => document !== undefined);
}

/** Distinct sound heads, the newest first. */
function newestHeads(rows: readonly ReadRow[]): string[] {
  const heads = new Map<string, string>();
  for (const { cells } of rows) {
    const head = soundHead(cells['head']);
    if (head !== undefined) heads.set(String(cells['head']), head.indexedAt);
  }
  return [...heads].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([head]) => head);
}

/**
 * The text of a document whose own row is lost, from its passages. Between passages there is white space; which, only
 * the hash of the text can tell. A text that is not proved so is kept for notes alone: they are nowhere else.
 */
function rebuiltText(rows: readonly ReadRow[], collection: string): Document | undefined {
  for (const json of newestHeads(rows)) {
    const head = decodeHead(json, collection);
    const passages = rows
      .filter(({ cells }) => cells['head'] === json && typeof cells['text'] === 'string')
      .flatMap(({ cells }) => ({ ...soundSpan(cells['span']), text: String(cells['text']) }))
      .filter(({ start, end, text }) => start !== undefined && end === start + text.length)
      .sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
    if (passages.length === 0) continue;
    const isWhole = passages.length === head.chunkCount;
    const texts = ['', '\n'].map((end) => `${joined(passages)}${end}`);
    const proved = isWhole ? texts.find((text) => sha256(text) === head.contentHash) : undefined;
    if (proved !== undefined) return { ...head, text: proved };
    const text = joined(passages);
    if (head.sourceKind === 'text') return { ...head, text, contentHash: sha256(text) };
  }
  return undefined;
}

function joined(passages: readonly { readonly start?: number; readonly text: string }[]): string {
  let text = '';
  for (const { start = 0, text: passage } of passages) {
    if (start >= text.length) text += '\n'.repeat(start - text.length) + passage;
    else text += passage.slice(text.length - start); // passages may overlap
  }
  return text;
}

function lostDocument(id: string, rows: readonly ReadRow[]): LostDocument {
  const [head] = rows.map(({ cells }) => soundHead(cells['head'])).filter((found) => found !== undefined);
  if (head !== undefined) return { id, uri: head.uri, sourceId: head.sourceId };
  const cells = rows.find(({ cells }) => typeof cells['uri'] === 'string')?.cells;
  return { id, uri: String(cells?.['uri'] ?? ''), sourceId: String(cells?.['source_id'] ?? '') };
}
