import type { CallerSide } from './reach.js';

/** Plain JSON, the only shape that metadata, options and states may take. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Where documents come from. */
export const SOURCE_KINDS = ['web', 'github', 'files', 'text'] as const;
/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** How a document's text is to be read by the chunker. */
export const DOCUMENT_FORMATS = ['markdown', 'plain', 'code'] as const;
/** One of {@link DOCUMENT_FORMATS}. */
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** What a document can have that its text has not. */
export const LOSS_KINDS = ['image', 'formula', 'form', 'frame', 'script', 'drawing', 'media', 'other'] as const;

/** One of `LOSS_KINDS`: an image without words beside it, a formula that could not be read, a form's fields, and so on. */
export type LossKind = (typeof LOSS_KINDS)[number];

/** Life of a note; documents of other sources are always `active`. */
export const NOTE_STATUSES = ['active', 'pending', 'deprecated', 'archived'] as const;
/** Those that a search finds: archived notes are kept, and listed, but have no passages. */
export const SEARCHED_STATUSES = [
  'active',
  'pending',
  'deprecated',
] as const satisfies readonly (typeof NOTE_STATUSES)[number][];
/** One of {@link NOTE_STATUSES}. */
export type NoteStatus = (typeof NOTE_STATUSES)[number];

/** What makes vectors comparable. Two collections share a vector space only if every field but the model's name is equal. */
export interface EmbeddingFingerprint {
  /** Model name, for instance `quarry-embed-v1` or `Xenova/bge-small-en-v1.5`. */
  readonly model: string;
  /** sha256 (hex) of the weights: of the graph and of every file that it names. */
  readonly revision: string;
  readonly dtype: string;
  readonly pooling: 'mean' | 'cls' | 'last' | 'none';
  /** Text put before every query and every document, possibly empty. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly dimensions: number;
  readonly normalized: boolean;
}

/** Which embedding model was chosen for a workspace. */
export interface ModelChoice {
  /** A name in the cache of models, or the absolute path of a folder; empty for the bundled model. */
  readonly model: string;
  /** Kind of its weights. */
  readonly dtype: string;
  /** ISO 8601, UTC. */
  readonly chosenAt: string;
}

/** How a collection cuts its documents; changing it means a re-chunk on the next sync. */
export interface ChunkSizing {
  /** Largest chunk, in tokens of the collection's embedder. Range 32..2048, default 256. */
  readonly maxTokens: number;
  /** Chunks smaller than this are merged with a neighbour under the same heading. Default 48. */
  readonly minTokens: number;
}

/** A named body of knowledge, bound to one embedding fingerprint. */
export interface Collection {
  readonly name: string;
  readonly description: string;
  readonly fingerprint: EmbeddingFingerprint;
  readonly sizing: ChunkSizing;
  /** Name and version of the chunking and search-text rules that made the rows. */
  readonly chunker: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** A place that documents come from and that can be synced again. */
export interface Source {
  readonly id: string;
  readonly collection: string;
  readonly kind: SourceKind;
  /** Canonical address: an absolute path or glob, a URL, `owner/repo@ref:path`, or `notes`. */
  readonly uri: string;
  readonly label: string;
  readonly options: JsonObject;
  /** Opaque memory of the adapter between two syncs (ETags, commit ids). */
  readonly state: JsonValue;
  readonly createdAt: string;
  /** When the last sync succeeded; null before the first. */
  readonly syncedAt: string | null;
  /** From where it was added, which decides what it may reach; absent in records of before that was kept. */
  readonly addedBy?: CallerSide | undefined;
}

/** One page, file or note as the extractors give it. */
export interface ExtractedDocument {
  /** Unique within its source, stable between syncs, shown in citations. */
  readonly uri: string;
  readonly title: string;
  /** Normalised text: NFC not applied, line ends `\n`, no NUL, no lone surrogates. Markdown for prose. */
  readonly text: string;
  readonly format: DocumentFormat;
  /** Media type of what was read, for instance `text/html`. */
  readonly mediaType: string;
  /** Programming language for code (`typescript`), else a BCP 47 tag when known, else empty. */
  readonly language: string;
  /** SPDX expression when known, else empty. */
  readonly licence: string;
  /** What the origin says of this version: ETag, git blob id, or size and time. Empty when unknown. */
  readonly revision: string;
  /** ISO 8601 UTC time of the last change, when the origin says it, else empty. */
  readonly modifiedAt: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly status: NoteStatus;
  /** 0..1; 1 for everything that is not a note. */
  readonly confidence: number;
  readonly metadata: JsonObject;
}

/** A stored document. */
export interface Document extends ExtractedDocument {
  /** Deterministic: derived from the source id and the uri. */
  readonly id: string;
  readonly collection: string;
  readonly sourceId: string;
  readonly sourceKind: SourceKind;
  /** sha256 (hex) of `text`. */
  readonly contentHash: string;
  /** ISO 8601 UTC time at which this version was stored. */
  readonly indexedAt: string;
  readonly chunkCount: number;
}

/** A span of a document: `document.text.slice(start, end) === text`, always. */
export interface ChunkSpan {
  /** UTF-16 code unit offsets into the document's text, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  /**
   * Headings (or enclosing symbols, for code) above the span, outermost first; last, ending in a colon, the sentence that introduces
   * the list, table or listing in the middle of which the span begins, if one does.
   */
  readonly headingPath: readonly string[];
  /** Tokens of the span in the embedder's own count. */
  readonly tokens: number;
}

/** A stored chunk. */
export interface Chunk extends ChunkSpan {
  /** Deterministic: derived from the document id, the offsets and the text. */
  readonly id: string;
  readonly documentId: string;
  /** Position among the document's chunks, from 0. */
  readonly ordinal: number;
  readonly text: string;
  /** Hash of what was embedded, so that unchanged text is never embedded twice. */
  readonly embedHash: string;
}

/** Narrows a search. All given parts must hold; lists mean "any of" unless said otherwise. */
export interface SearchFilter {
  readonly sourceKinds?: readonly SourceKind[] | undefined;
  readonly sourceIds?: readonly string[] | undefined;
  readonly documentIds?: readonly string[] | undefined;
  /** What the uri begins with, in any spelling of it. */
  readonly uriPrefix?: string | undefined;
  /** A regular expression that the uri must match from its beginning: see core/addresses. */
  readonly uriPattern?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  /** Every tag must be present, in whatever case. */
  readonly tags?: readonly string[] | undefined;
  readonly languages?: readonly string[] | undefined;
  readonly statuses?: readonly NoteStatus[] | undefined;
  /** Equality of top-level metadata entries (strings, numbers, booleans). */
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Any of these kinds of what a document has and its text lacks. */
  readonly losses?: readonly LossKind[] | undefined;
  /** ISO 8601; inclusive bounds on `modifiedAt`, or on `indexedAt` where that is empty. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** How far a job is. */
export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;
/** One of {@link JOB_STATES}. */
export type JobState = (typeof JOB_STATES)[number];

/** Progress of long work. */
export interface Progress {
  /** Word for what is being done now: `extract`, `embed`, `index`, ... */
  readonly stage: string;
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
  /** One short line for people. */
  readonly message?: string;
}

/** One thing that went wrong without stopping the job. */
export interface JobIssue {
  readonly uri: string;
  readonly code: string;
  readonly message: string;
}

/** Long work with progress, cancel, and a state that survives a restart. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** What it works on, for people: a collection, a source, a suite. */
  readonly subject: string;
  readonly input: JsonObject;
  readonly progress: Progress;
  /** Named counts, for instance `added`, `unchanged`, `failed`, `chunks`. */
  readonly counts: Readonly<Record<string, number>>;
  /** At most 100; `counts.issues` has the true number. */
  readonly issues: readonly JobIssue[];
  readonly result: JsonValue;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
  /** Process that runs it, to tell a live job from an interrupted one. */
  readonly owner: string;
}

/** What lets a reader check a quotation later. */
export interface Citation {
  readonly uri: string;
  readonly title: string;
  readonly documentId: string;
  readonly contentHash: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  /** The quoted text itself. */
  readonly quote: string;
}
