import { chunkId, documentId, embedHash, sha256 } from '../core/identity.js';
import type { ChunkRow, DocumentRows, Embedder } from '../core/ports.js';
import { type EmbedRoom, embedTextWithin } from '../core/text/embed-room.js';
import { searchTextOf } from '../core/text/search-text.js';
import type { ChunkSpan, Collection, Document, ExtractedDocument, Source } from '../core/types.js';
import { chunkToFit } from './chunk-to-fit.js';
import type { ServiceContext } from './context.js';
import { writePatiently } from './patient-write.js';

/** A batch is written when any of these is reached: enough to be fast, little enough that a crash repeats seconds of work. */
const BATCH_DOCUMENTS = 128;
const BATCH_CHUNKS = 1_024;
const BATCH_CHARACTERS = 4_000_000;

/** Where the time of an ingest went, in milliseconds of wall time. Stages overlap, so the sum may exceed the whole. */
export interface StageTimes {
  chunkMs: number;
  embedMs: number;
  storeMs: number;
}

/** What a writer has done so far. */
export interface WriterTally {
  documents: number;
  chunks: number;
  /** Vectors computed. */
  embedded: number;
  /** Vectors found in the store, or shared within a batch. */
  reused: number;
}

interface Draft {
  readonly document: Document;
  readonly spans: readonly ChunkSpan[];
}

/** What a document writer needs to know. */
export interface DocumentWriterOptions {
  readonly context: ServiceContext;
  readonly collection: Collection;
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  /** Called after each batch is safely stored. */
  readonly onWritten?: (tally: Readonly<WriterTally>) => void;
  /** Called each time that another process keeps this one from writing; where it is left out, such a write fails. */
  readonly onWait?: () => void;
  /** Takes the rows instead of the store; vectors are then never looked up in it. */
  readonly put?: (collection: string, rows: readonly DocumentRows[]) => Promise<void>;
}

/** Chunks, embeds and stores documents in batches; one batch is written while the next is being gathered. */
export class DocumentWriter {
  readonly tally: WriterTally = { documents: 0, chunks: 0, embedded: 0, reused: 0 };
  readonly times: StageTimes = { chunkMs: 0, embedMs: 0, storeMs: 0 };
  readonly #options: DocumentWriterOptions;
  #drafts: Draft[] = [];
  #chunks = 0;
  #characters = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: DocumentWriterOptions) {
    this.#options = options;
  }

  /** Takes one document of a source. Resolves, to what will stand there, when it is gathered and not yet stored. */
  async add(source: Source, extracted: ExtractedDocument): Promise<Document> {
    const { context, collection } = this.#options;
    return this.addDocument({
      ...extracted,
      id: documentId(source.id, extracted.uri),
      collection: collection.name,
      sourceId: source.id,
      sourceKind: source.kind,
      contentHash: sha256(extracted.text),
      indexedAt: context.clock.now(),
      chunkCount: 0,
    });
  }

  /** Takes a document that already has its ids. */
  async addDocument(document: Document): Promise<Document> {
    const { context } = this.#options;
    const begun = context.clock.elapsedMs();
    // Archived notes are kept but not searched: they have no chunks.
    const isSearched = document.status !== 'archived';
    const spans = isSearched ? await chunkToFit(document, this.#options) : [];
    this.times.chunkMs += context.clock.elapsedMs() - begun;
    const counted = { ...document, chunkCount: spans.length };
    this.#drafts.push({ document: counted, spans });
    this.#chunks += spans.length;
    this.#characters += document.text.length;
    const isFull =
      this.#drafts.length >= BATCH_DOCUMENTS || this.#chunks >= BATCH_CHUNKS || this.#characters >= BATCH_CHARACTERS;
    if (isFull) await this.#startBatch();
    return counted;
  }

  /** Stores everything gathered. */
  async flush(): Promise<void> {
    await this.#startBatch();
    await this.#writing;
  }

  async #startBatch(): Promise<void> {
    await this.#writing;
    if (this.#drafts.length === 0) return;
    const drafts = this.#drafts;
    this.#drafts = [];
    this.#chunks = 0;
    this.#characters = 0;
    this.#writing = this.#write(drafts);
    this.#writing.catch(() => undefined); // The rejection is met by the next await of #writing.
  }

  async #write(drafts: readonly Draft[]): Promise<void> {
    const { context, collection, signal } = this.#options;
    const begun = context.clock.elapsedMs();
    const rows = await this.#embed(drafts);
    const embedded = context.clock.elapsedMs();
    signal.throwIfAborted();
    const { put: take } = this.#options;
    const put = (): Promise<void> =>
      take === undefined
        ? context.store.putDocuments(collection.name, rows, collection.fingerprint)
        : take(collection.name, rows);
    const { onWait } = this.#options;
    await (onWait === undefined ? put() : writePatiently(put, { signal, onWait }));
    this.times.embedMs += embedded - begun;
    this.times.storeMs += context.clock.elapsedMs() - embedded;
    this.tally.documents += rows.length;
    this.tally.chunks += rows.reduce((sum, row) => sum + row.chunks.length, 0);
    this.#options.onWritten?.(this.tally);
  }

  async #embed(drafts: readonly Draft[]): Promise<DocumentRows[]> {
    const texts = new Map<string, string>();
    const { embedder } = this.#options;
    const rows = drafts.map((draft) => ({ document: draft.document, chunks: chunkRows(draft, texts, embedder) }));
    const vectors = await this.#vectorsFor(texts);
    const total = rows.reduce((sum, row) => sum + row.chunks.length, 0);
    this.tally.reused += total - texts.size;
    return rows.map(({ document, chunks }) => ({
      document,
      chunks: chunks.map(
        (chunk): ChunkRow => ({ ...chunk, vector: vectors.get(chunk.embedHash) ?? new Float32Array(0) }),
      ),
    }));
  }

  async #vectorsFor(texts: ReadonlyMap<string, string>): Promise<Map<string, Float32Array>> {
    const { context, collection, embedder, signal } = this.#options;
    const isStored = this.#options.put === undefined;
    const vectors = isStored
      ? await context.store.findVectors(collection.name, [...texts.keys()])
      : new Map<string, Float32Array>();
    const missing = [...texts].filter(([hash]) => !vectors.has(hash));
    const made = await embedder.embed(
      missing.map(([, text]) => text),
      'document',
      signal,
    );
    missing.forEach(([hash], i) => {
      const vector = made[i];
      if (vector !== undefined) vectors.set(hash, vector);
    });
    this.tally.embedded += missing.length;
    this.tally.reused += texts.size - missing.length;
    return vectors;
  }
}

/** Rows of a document without their vectors; what must be embedded is added to `texts` under its hash. */
function chunkRows(
  { document, spans }: Draft,
  texts: Map<string, string>,
  room: EmbedRoom,
): Omit<ChunkRow, 'vector'>[] {
  return spans.map((span, ordinal) => {
    const text = document.text.slice(span.start, span.end);
    const parts = { title: document.title, headingPath: span.headingPath, text, format: document.format };
    const embedText = embedTextWithin(parts, room);
    const hash = embedHash(embedText);
    texts.set(hash, embedText);
    return {
      ...span,
      id: chunkId(document.id, span.start, span.end, text),
      documentId: document.id,
      ordinal,
      text,
      embedHash: hash,
      searchText: searchTextOf(parts),
    };
  });
}
