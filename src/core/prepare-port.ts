import type { ChunkTexts } from './text/chunk-texts.js';
import type { ChunkSizing, ChunkSpan, Document } from './types.js';

/** What is made of a document before it can be written: its chunks, each with its vector. */
export interface PreparedDocument {
  readonly spans: readonly ChunkSpan[];
  readonly texts: readonly ChunkTexts[];
  /** The chunks' vectors, one after the other. */
  readonly vectors: Float32Array;
}

/** Cuts and embeds documents beside the thread that asks. */
export interface DocumentPreparer {
  /** Whether it could begin at once; until then, asking it is slower than doing without it. The first question makes it ready. */
  isReady(): boolean;
  /**
   * Equal to what the chunker and the embedder make here. Answers come in the order of the calls.
   * @throws QuarryError DOCUMENT_TOO_LARGE, DOCUMENT_BROKEN where the document cost the preparer its life
   */
  prepare(document: Document, sizing: ChunkSizing): Promise<PreparedDocument>;
  close(): Promise<void>;
}
