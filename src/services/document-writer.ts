import { type QuarryError, toQuarryError } from '../core/errors.js';
import { documentId, sha256 } from '../core/identity.js';
import type { ChunkRow, DocumentRows, Embedder } from '../core/ports.js';
import type { DocumentPreparer, PreparedDocument } from '../core/prepare-port.js';
import { chunkTextsOf } from '../core/text/chunk-texts.js';
import type { EmbedRoom } from '../core/text/embed-room.js';
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
  /** What another thread made of it. */
  readonly prepared?: PreparedDocument;
}

/** From so many documents on, another thread is worth its start; a sync of a few files needs none. */
const ENOUGH_FOR_THREAD = 32;
/** Most documents, and characters of them, that wait for the other thread at a time. */
const AHEAD_DOCUMENTS = 16;
const AHEAD_CHARACTERS = 2_000_000;

/** A document that another thread prepares. */
interface Ahead {
  readonly document: Document;
  readonly prepared: Promise<PreparedDocument>;
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
  /** Called for an enqueued document that could not be prepared, in its turn; where it is left out, that error ends the work. */
  readonly onFailed?: (document: Document, error: QuarryError) => void;
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
  readonly #ahead: Ahead[] = [];
  #aheadCharacters = 0;
  #queued = 0;

  constructor(options: DocumentWriterOptions) {
    this.#options = options;
  }

  /** Takes one document of a source. Resolves, to what will stand there, when it is gathered and not yet stored. */
  async add(source: Source, extracted: ExtractedDocument): Promise<Document> {
    return this.addDocument(this.#documentOf(source, extracted));
  }

  /**
   * Takes one document of a source among many, which may be cut and embedded in another thread meanwhile. Order and outcome are
   * those of {@link add}; a document that cannot be prepared is told to `onFailed`.
   */
  async enqueue(source: Source, extracted: ExtractedDocument): Promise<void> {
    return this.enqueueDocument(this.#documentOf(source, extracted));
  }

  /** Takes a document that already has its ids, as {@link enqueue} does. */
  async enqueueDocument(document: Document): Promise<void> {
    const preparer = await this.#preparer();
    this.#queued += 1;
    if (preparer === undefined || document.status === 'archived') {
      await this.addDocument(document);
      return;
    }
    const prepared = preparer.prepare(document, this.#options.collection.sizing);
    prepared.catch(() => undefined); // The rejection is met when its turn comes.
    this.#ahead.push({ document, prepared });
    this.#aheadCharacters += document.text.length;
    await this.#takeAhead(AHEAD_DOCUMENTS);
  }

  #documentOf(source: Source, extracted: ExtractedDocument): Document {
    const { context, collection } = this.#options;
    return {
      ...extracted,
      id: documentId(source.id, extracted.uri),
      collection: collection.name,
      sourceId: source.id,
      sourceKind: source.kind,
      contentHash: sha256(extracted.text),
      indexedAt: context.clock.now(),
      chunkCount: 0,
    };
  }

  /** Takes a document that already has its ids. */
  async addDocument(document: Document): Promise<Document> {
    const { context } = this.#options;
    await this.#takeAhead(0);
    const begun = context.clock.elapsedMs();
    // Archived notes are kept but not searched: they have no chunks.
    const isSearched = document.status !== 'archived';
    const spans = isSearched ? await chunkToFit(document, this.#options) : [];
    this.times.chunkMs += context.clock.elapsedMs() - begun;
    return this.#gather({ document, spans });
  }

  /** The other thread, once it pays and is there. */
  async #preparer(): Promise<DocumentPreparer | undefined> {
    if (this.#queued < ENOUGH_FOR_THREAD) return undefined;
    const preparer = await this.#options.context.preparer(this.#options.embedder);
    return preparer?.isReady() === true ? preparer : undefined;
  }

  /** Gathers what the other thread has prepared, until no more than so many documents wait for it. */
  async #takeAhead(most: number): Promise<void> {
    const { clock } = this.#options.context;
    while (this.#ahead.length > most || (this.#ahead.length > 1 && this.#aheadCharacters > AHEAD_CHARACTERS)) {
      const [next] = this.#ahead.splice(0, 1);
      if (next === undefined) return;
      this.#aheadCharacters -= next.document.text.length;
      const begun = clock.elapsedMs();
      const prepared = await next.prepared.catch((error: unknown) => toQuarryError(error));
      this.times.chunkMs += clock.elapsedMs() - begun;
      this.#options.signal.throwIfAborted();
      if ('spans' in prepared) await this.#gather({ document: next.document, spans: prepared.spans, prepared });
      else if (this.#options.onFailed === undefined) throw prepared;
      else this.#options.onFailed(next.document, prepared);
    }
  }

  async #gather(draft: Draft): Promise<Document> {
    const document = { ...draft.document, chunkCount: draft.spans.length };
    this.#drafts.push({ ...draft, document });
    this.#chunks += draft.spans.length;
    this.#characters += document.text.length;
    const isFull =
      this.#drafts.length >= BATCH_DOCUMENTS || this.#chunks >= BATCH_CHUNKS || this.#characters >= BATCH_CHARACTERS;
    if (isFull) await this.#startBatch();
    return document;
  }

  /** Stores everything gathered. */
  async flush(): Promise<void> {
    await this.#takeAhead(0);
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
    const wanted = new Map<string, string | Float32Array>();
    const { embedder } = this.#options;
    const rows = drafts.map((draft) => ({ document: draft.document, chunks: chunkRows(draft, wanted, embedder) }));
    const vectors = await this.#vectorsFor(wanted);
    const total = rows.reduce((sum, row) => sum + row.chunks.length, 0);
    this.tally.reused += total - wanted.size;
    return rows.map(({ document, chunks }) => ({
      document,
      chunks: chunks.map(
        (chunk): ChunkRow => ({ ...chunk, vector: vectors.get(chunk.embedHash) ?? new Float32Array(0) }),
      ),
    }));
  }

  async #vectorsFor(wanted: ReadonlyMap<string, string | Float32Array>): Promise<Map<string, Float32Array>> {
    const { context, collection, embedder, signal } = this.#options;
    const isStored = this.#options.put === undefined;
    const vectors = isStored
      ? await context.store.findVectors(collection.name, [...wanted.keys()])
      : new Map<string, Float32Array>();
    const missing = [...wanted].filter(([hash]) => !vectors.has(hash));
    const texts: [hash: string, text: string][] = [];
    for (const [hash, text] of missing) {
      if (typeof text === 'string') texts.push([hash, text]);
      else vectors.set(hash, text);
    }
    const made = await embedder.embed(
      texts.map(([, text]) => text),
      'document',
      signal,
    );
    texts.forEach(([hash], i) => {
      const vector = made[i];
      if (vector !== undefined) vectors.set(hash, vector);
    });
    this.tally.embedded += missing.length;
    this.tally.reused += wanted.size - missing.length;
    return vectors;
  }
}

/** Rows of a document without their vectors; what must be embedded, or its vector, is added to `wanted` under its hash. */
function chunkRows(
  { document, spans, prepared }: Draft,
  wanted: Map<string, string | Float32Array>,
  room: EmbedRoom,
): Omit<ChunkRow, 'vector'>[] {
  const dimensions = prepared === undefined ? 0 : prepared.vectors.length / spans.length;
  return spans.map((span, ordinal) => {
    const known = prepared?.texts[ordinal];
    const { texts, embedText } =
      known === undefined ? chunkTextsOf(document, span, room) : { texts: known, embedText: '' };
    const vector = prepared?.vectors.subarray(ordinal * dimensions, (ordinal + 1) * dimensions);
    wanted.set(texts.embedHash, vector ?? embedText);
    const text = document.text.slice(span.start, span.end);
    return { ...span, ...texts, documentId: document.id, ordinal, text };
  });
}
