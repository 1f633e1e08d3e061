import { chunkId, embedHash } from '../identity.js';
import type { ChunkSpan, Document } from '../types.js';
import { type EmbedRoom, embedTextWithin } from './embed-room.js';
import { searchTextOf } from './search-text.js';

/** What is derived from a chunk's place and text when it is written. */
export interface ChunkTexts {
  readonly id: string;
  readonly embedHash: string;
  /** What BM25 indexes: see search-text. */
  readonly searchText: string;
}

/** A chunk's texts, with the one that a model of such room embeds. */
export function chunkTextsOf(
  document: Document,
  span: ChunkSpan,
  room: EmbedRoom,
): { texts: ChunkTexts; embedText: string } {
  const text = document.text.slice(span.start, span.end);
  const parts = { title: document.title, headingPath: span.headingPath, text, format: document.format };
  const embedText = embedTextWithin(parts, room);
  return {
    texts: {
      id: chunkId(document.id, span.start, span.end, text),
      embedHash: embedHash(embedText),
      searchText: searchTextOf(parts),
    },
    embedText,
  };
}
