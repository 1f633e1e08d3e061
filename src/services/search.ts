import { decodeCursor, encodeCursor } from '../core/cursor.js';
import { QuarryError } from '../core/errors.js';
import type { RetrievalSettings } from '../core/retrieval/settings.js';
import type { Chunk, Citation, Collection, SearchFilter } from '../core/types.js';
import type { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import { type AssembledHit, type ContextKind, HitAssembler, type HitContext } from './retrieval/assemble-hits.js';
import { type Passage, PassageList } from './retrieval/passage-list.js';
import type { RankedHit, RetrieveService } from './retrieve.js';

/** How many passages the pages of one search can hold. */
const MAX_DEPTH = 200;
/** How many other places of a passage are named. */
const NAMED_PLACES = 5;

/** A search as a caller asks for it. */
export interface SearchRequest {
  readonly query: string;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  readonly settings: Partial<RetrievalSettings>;
  /** 1..100. */
  readonly limit: number;
  readonly context: ContextKind;
  /** Largest answer, in tokens of about four characters; what does not fit is given as one line each. */
  readonly maxTokens: number;
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Another place where the text of a hit stands. */
export type OtherPlace = Pick<Citation, 'documentId' | 'title' | 'uri' | 'startLine' | 'endLine'>;

/** Another passage of a hit's document. */
export type OtherPassage = Pick<Chunk, 'id' | 'headingPath' | 'startLine' | 'endLine'>;

/** One answer of a search. */
export interface SearchHit {
  readonly rank: number;
  readonly hit: RankedHit;
  /** What of the passage is shown: all of it, or the line that says most where the budget was spent. */
  readonly text: string;
  readonly isWhole: boolean;
  /** Further passages of the document that answer too, best first; at most three. */
  readonly more: readonly OtherPassage[];
  readonly citation: Citation;
  readonly why: string;
  readonly context: HitContext | null;
  /** Where the same text stands too, best-ranked first; at most five places. */
  readonly alsoIn: readonly OtherPlace[];
  /** How many more such places were ranked. */
  readonly alsoInMore: number;
}

/** What a search gives. */
export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** Set when there are more hits. */
  readonly nextCursor: string | null;
  /** True when the token budget left only a line for some passages. */
  readonly truncated: boolean;
  /** What to try next, when nothing was found. */
  readonly hint: string | null;
}

/** Answers queries: ranks, then assembles hits, context and citations within a token budget. */
export class SearchService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #retrieve: RetrieveService;

  constructor(context: ServiceContext, parts: { collections: CollectionService; retrieve: RetrieveService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#retrieve = parts.retrieve;
  }

  /** @throws QuarryError INPUT_INVALID, COLLECTION_NOT_FOUND, CURSOR_INVALID, FINGERPRINT_MISMATCH, MODEL_UNAVAILABLE */
  async search(request: SearchRequest): Promise<SearchAnswer> {
    const collections = await this.#collections.select(request.collections);
    const binding = [request.query, request.collections, request.filter, request.settings, request.context];
    const offset = decodeCursor(request.cursor, binding);
    const { query, filter, settings, signal } = request;
    const passages = new PassageList(async (depth) =>
      collections.length === 0 ? [] : this.#retrieve.rank({ query, collections, filter, settings, depth, signal }),
    );
    const page = await passages.slice(offset, Math.min(MAX_DEPTH, offset + request.limit));
    const assembled = await new HitAssembler(this.#context.store, passages, request).assemble(page);
    const hits = assembled.map((hit, index) => toSearchHit(hit, offset + index + 1));
    const next = offset + hits.length;
    const hasMore = next < MAX_DEPTH && (await passages.reaches(next + 1));
    const isEmpty = !(await passages.reaches(1));
    return {
      hits,
      truncated: hits.some((hit) => !hit.isWhole),
      nextCursor: hasMore ? encodeCursor(next, binding) : null,
      hint: isEmpty ? await this.#explainNothing(collections, request) : null,
    };
  }

  /** Chunks like the given text, chunk or document; the document itself is left out. */
  async findSimilar(request: {
    text?: string | undefined;
    id?: string | undefined;
    collections: readonly string[];
    filter: SearchFilter;
    limit: number;
  }): Promise<SearchAnswer> {
    const collections = await this.#collections.select(request.collections);
    for (const collection of collections) await this.#collections.requireSpace(collection);
    const origin = await this.#originOf(request, collections);
    const found = await this.#retrieve.nearest({
      vector: origin.vector,
      collections,
      filter: request.filter,
      depth: Math.min(MAX_DEPTH, request.limit + origin.chunks),
    });
    const others = found.filter((hit) => hit.candidate.chunk.documentId !== origin.documentId).slice(0, request.limit);
    const hits = others.map((hit, index) => {
      const { text } = hit.candidate.chunk;
      return toSearchHit({ passage: { hit, copies: [] }, text, isWhole: true, context: null, more: [] }, index + 1);
    });
    return {
      hits,
      truncated: false,
      nextCursor: null,
      hint: hits.length === 0 ? 'Nothing else is indexed that could be similar.' : null,
    };
  }

  async #originOf(
    request: { text?: string | undefined; id?: string | undefined },
    collections: readonly Collection[],
  ): Promise<{ vector: Float32Array; documentId: string; chunks: number }> {
    if (request.text !== undefined && request.id === undefined) {
      const embedder = await this.#context.embedder();
      const [vector] = await embedder.embed([request.text], 'query');
      if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for the text.');
      return { vector, documentId: '', chunks: 0 };
    }
    if (request.id === undefined || request.text !== undefined) {
      throw new QuarryError('INPUT_INVALID', 'Give either id or text.', {
        hint: 'Use the id of a search result or a document, or a passage of text.',
      });
    }
    for (const collection of collections) {
      const origin = await this.#vectorsOf(collection, request.id);
      if (origin !== undefined) return origin;
    }
    throw new QuarryError('CHUNK_NOT_FOUND', `There is no chunk or document ${JSON.stringify(request.id)}.`, {
      hint: 'Use an id that search or list_documents gave.',
    });
  }

  async #vectorsOf(
    collection: Collection,
    id: string,
  ): Promise<{ vector: Float32Array; documentId: string; chunks: number } | undefined> {
    const { store } = this.#context;
    const chunks = id.startsWith('chk_') ? [] : await store.listChunks(collection.name, id);
    const ids = id.startsWith('chk_') ? [id] : chunks.map((chunk) => chunk.id);
    const candidates = ids.length === 0 ? [] : await store.getChunks(collection.name, ids);
    const [first] = candidates;
    if (first === undefined) return undefined;
    return {
      vector: meanVector(candidates.map((candidate) => candidate.vector)),
      documentId: first.chunk.documentId,
      chunks: first.document.chunkCount,
    };
  }

  async #explainNothing(collections: readonly Collection[], request: SearchRequest): Promise<string> {
    if (collections.length === 0) return 'Nothing is indexed yet. Ingest a folder, a site or a repository first.';
    const counts = await Promise.all(
      collections.map((collection) => this.#context.store.collectionStats(collection.name)),
    );
    const chunks = counts.reduce((sum, stats) => sum + stats.chunks, 0);
    if (chunks === 0)
      return 'The chosen collections are empty. Ingest a folder, a site or a repository, or choose another collection.';
    const hasFilter = Object.values(request.filter).some((value) => value !== undefined);
    if (hasFilter)
      return `Nothing matches the filter and the query among ${chunks} chunks. Remove a filter or check its spelling.`;
    return `Nothing among ${chunks} chunks holds these words. Try other words, or mode hybrid.`;
  }
}

function toSearchHit({ passage, text, isWhole, context, more }: AssembledHit, rank: number): SearchHit {
  const { hit, copies } = passage;
  const { chunk, document } = hit.candidate;
  const alsoIn = namedPlaces(passage);
  return {
    rank,
    hit,
    text,
    isWhole,
    context,
    more,
    alsoIn,
    alsoInMore: copies.length - alsoIn.length,
    why: explain(hit),
    citation: {
      uri: document.uri,
      title: document.title,
      documentId: document.id,
      contentHash: document.contentHash,
      start: chunk.start,
      end: chunk.end,
      startLine: chunk.startLine,
      endLine: chunk.endLine,
      quote: chunk.text,
    },
  };
}

function namedPlaces({ copies }: Passage): OtherPlace[] {
  return copies.slice(0, NAMED_PLACES).map(({ candidate: { chunk, document } }) => ({
    documentId: document.id,
    title: document.title,
    uri: document.uri,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
  }));
}

/** One line that tells a reader why the hit ranks where it does. */
function explain(hit: RankedHit): string {
  const parts: string[] = [];
  if (hit.vector !== null)
    parts.push(`meaning ${hit.vector.score.toFixed(3)}${hit.vector.rank === null ? '' : ` (rank ${hit.vector.rank})`}`);
  if (hit.keyword !== null)
    parts.push(
      `words ${hit.keyword.score.toFixed(2)}${hit.keyword.rank === null ? '' : ` (rank ${hit.keyword.rank})`}`,
    );
  if (hit.reranked !== null) parts.push(`reranker ${hit.reranked.toFixed(3)}`);
  return parts.join(', ');
}

/** Normalised mean of unit vectors. */
function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0);
  const norm = Math.hypot(...mean);
  return norm === 0 ? mean : mean.map((value) => value / norm);
}
