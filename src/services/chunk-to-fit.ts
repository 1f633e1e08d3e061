import type { Chunker, Embedder } from '../core/ports.js';
import { contextTokens, fitsRoom } from '../core/text/embed-room.js';
import { embedTextOf } from '../core/text/embed-text.js';
import type { ChunkSpan, Collection, Document } from '../core/types.js';

/** What cutting a document needs. */
interface ChunkToFitParts {
  readonly context: { readonly chunker: Chunker };
  readonly collection: Pick<Collection, 'sizing'>;
  readonly embedder: Pick<Embedder, 'maxTokens' | 'countTokens'>;
}

/**
 * Cuts a document so that the model takes each piece whole, its title and headings included. Models with long inputs cut
 * as the collection's sizing says; for one with short inputs the pieces are smaller by what title and headings ask.
 */
export async function chunkToFit(
  document: Document,
  { context, collection, embedder }: ChunkToFitParts,
): Promise<ChunkSpan[]> {
  const { minTokens } = collection.sizing;
  let maxTokens = Math.min(collection.sizing.maxTokens, embedder.maxTokens);
  for (;;) {
    const sizing = { maxTokens, minTokens: Math.min(minTokens, maxTokens) };
    const spans = await context.chunker.chunk(document, sizing, embedder.countTokens);
    const asked = spans.map((span) => asksFor(document, span, embedder));
    const room = embedder.maxTokens - asked.reduce((most, tokens) => Math.max(most, tokens), 0);
    // Smaller pieces may lie under longer heading paths, which ask for more in turn; half of the model's room is the end of it.
    if (room >= maxTokens) return spans;
    maxTokens = room;
  }
}

/** Tokens that title and headings ask of the model's room where a piece does not fit with them; 0 where it does. */
function asksFor(document: Document, span: ChunkSpan, room: ChunkToFitParts['embedder']): number {
  const text = document.text.slice(span.start, span.end);
  const parts = { title: document.title, headingPath: span.headingPath, text };
  return fitsRoom(embedTextOf(parts), room) ? 0 : contextTokens(parts, room);
}
