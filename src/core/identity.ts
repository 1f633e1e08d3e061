import { hash } from 'node:crypto';

/** sha256 of the text's UTF-8 bytes, 64 hex digits. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** Joins parts so that no two different lists give the same string, and hashes them: `length` hex digits. */
function shortHash(parts: readonly string[], length: number): string {
  return sha256(JSON.stringify(parts)).slice(0, length);
}

/** Id of a source: the same place in the same collection always has the same id. */
export function sourceId(collection: string, kind: string, uri: string): string {
  return `src_${shortHash([collection, kind, uri], 16)}`;
}

/** Id of a document: stable while its source and uri stay. */
export function documentId(source: string, uri: string): string {
  return `doc_${shortHash([source, uri], 24)}`;
}

/** Id of a chunk: changes whenever its place or text changes. */
export function chunkId(document: string, start: number, end: number, text: string): string {
  return `chk_${shortHash([document, String(start), String(end), text], 24)}`;
}

/** Address of a vector: the embedded text under one document prefix. */
export function embedHash(text: string): string {
  return sha256(text).slice(0, 32);
}
