import { decodeCursor, encodeCursor } from '../core/cursor.js';
import { QuarryError } from '../core/errors.js';
import type { Unavailable } from '../core/ports.js';
import { READ_RESULTS } from '../core/ranking/relevance.js';
import type { RetrievalSettings } from '../core/retrieval/settings.js';
import type { Chunk, Collection, SearchFilter } from '../core/types.js';
import { CHARACTERS_PER_TOKEN, DEFAULT_ANSWER_TOKENS, SHORT_ANSWER_CHARACTERS } from './answer-budget.js';
import { type Absentees, askEach, throwIfUnread } from './ask-each.js';
import type { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import { explainNothing, explainSearchFilter } from './filters/explain-nothing.js';
import { resolveFilter } from './filters/resolve-filter.js';
import { noteDocumentId } from './notes.js';
import { fitAround, sectionOf } from './retrieval/around-hit.js';
import { type DraftedPage, draftPage, leadOf, type Rival } from './retrieval/draft-page.js';
import { type Excerpt, pickExcerpts } from './retrieval/excerpts.js';
import { type ListRelevance, relevanceOf } from './retrieval/judge-relevance.js';
import { type Passage, PassageList } from './retrieval/passage-list.js';
import { QueryVector } from './retrieval/query-vector.js';
import type { RankedHit } from './retrieval/ranked-hit.js';
import {
  costOf,
  type HitContext,
  NOTHING_AROUND,
  type PlacedExcerpt,
  quotedLength,
  type SearchHit,
  toSearchHit,
} from './retrieval/search-hit.js';
import type { RankRequest, RetrieveService } from './retrieve.js';
import { readableBy } from './specialists/readable-by.js';
import type { SpecialistUse } from './specialists/specialist-service.js';
import type { EnclosingSymbol, SymbolService } from './symbols/symbol-service.js';

/** How many passages the pages of one search can hold. */
const MAX_DEPTH = 200;

/** How much around a hit is given to read. */
export const CONTEXT_KINDS = ['none', 'neighbours', 'section'] as const;
/** One of {@link CONTEXT_KINDS}. */
export type ContextKind = (typeof CONTEXT_KINDS)[number];

/** A search as a caller asks for it. */
export interface SearchRequest {
  readonly query: string;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  /** What is left out is as the specialist has it, else as usual. */
  readonly settings: Partial<RetrievalSettings>;
  /** Whose collections alone are read; the names above are among them, or none. */
  readonly specialist?: SpecialistUse | undefined;
  /** Ranks too, and its results are interleaved with these on the first page. */
  readonly rival?: Rival | undefined;
  /** 1..100. */
  readonly limit: number;
  readonly context: ContextKind;
  /** Largest answer, in tokens of about four characters; without it, and without context, the lines to show are picked. */
  readonly maxTokens?: number | undefined;
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a search gives. */
export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** Whose each hit is, where a rival ranked too (`b`); else none. */
  readonly teams: DraftedPage['teams'];
  /** Set when there are more hits. */
  readonly nextCursor: string | null;
  /** True when the token budget ended the page early. */
  readonly truncated: boolean;
  /** What to try next, when nothing was found. */
  readonly hint: string | null;
  /** How likely any result answers. */
  readonly relevance: Pick<ListRelevance, 'chance' | 'isDoubtful' | 'reason'>;
  /** Collections that were asked for and cannot be read. */
  readonly unavailable: readonly Unavailable[];
}

/** What others shall be like: a text, or what an id names. */
interface SimilarRequest {
  readonly text?: string | undefined;
  readonly id?: string | undefined;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  readonly limit: number;
}

/** Answers queries: ranks, then assembles hits, context and citations within a token budget. */
export class SearchService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #retrieve: RetrieveService;
  readonly #symbols: SymbolService;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; retrieve: RetrieveService; symbols: SymbolService },
  ) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#retrieve = parts.retrieve;
    this.#symbols = parts.symbols;
  }

  /** @throws QuarryError INPUT_INVALID, COLLECTION_NOT_FOUND, CURSOR_INVALID, FINGERPRINT_MISMATCH, MODEL_UNAVAILABLE */
  async search(request: SearchRequest): Promise<SearchAnswer> {
    const { query, signal, specialist } = request;
    const settings = { ...specialist?.specialist.settings, ...request.settings };
    const { collections, absentees } = await readableBy(this.#collections, request);
    const as = specialist === undefined ? [] : [specialist.specialist.name, specialist.specialist.revision];
    const binding = [query, request.collections, request.filter, request.settings, request.context, ...as];
    const offset = decodeCursor(request.cursor, binding);
    const filter = await resolveFilter(this.#context, collections, request.filter);
    const queryVector = new QueryVector(specialist?.queryMap);
    const ranking = { query, collections, filter, settings, signal, absentees, queryVector };
    const passages = this.#passages(ranking);
    const { page, teams } = await this.#pageOf(passages, offset, { ...request, ranking });
    const first = await passages.slice(0, READ_RESULTS);
    const relevance = await relevanceOf(this.#context, first, settings.mode);
    const assembled = await this.#assemble(page, offset, { ...request, passages, ranking });
    const { truncated } = assembled;
    const hits = assembled.hits.map((hit) => ({ ...hit, relevance: relevance.ofResult(hit.rank - 1, hit.hit) }));
    const isDrafted = teams.length > 0;
    const next = isDrafted ? await leadOf(passages, page.slice(0, hits.length)) : offset + hits.length;
    const hasMore = next < MAX_DEPTH && (await passages.reaches(next + 1));
    const isEmpty = !(await passages.reaches(1));
    return {
      hits,
      teams: teams.slice(0, hits.length),
      truncated,
      nextCursor: hasMore ? encodeCursor(next, binding) : null,
      hint: isEmpty ? await explainNothing(this.#context, collections, request) : null,
      relevance: { chance: relevance.chance, isDoubtful: relevance.isDoubtful, reason: relevance.reason },
      unavailable: absentees.list(),
    };
  }

  #passages(ranking: Omit<RankRequest, 'depth'>): PassageList {
    return new PassageList(async (depth) =>
      ranking.collections.length === 0 ? [] : this.#retrieve.rank({ ...ranking, depth }),
    );
  }

  /** The passages of a page: of this ranking, and of its rival's where one ranks too. */
  async #pageOf(
    passages: PassageList,
    offset: number,
    { limit, rival, ranking }: SearchRequest & { readonly ranking: Omit<RankRequest, 'depth'> },
  ): Promise<DraftedPage> {
    const end = Math.min(MAX_DEPTH, offset + limit);
    if (rival === undefined) return { page: await passages.slice(offset, end), teams: [] };
    const { settings, queryMap } = rival;
    const others = this.#passages({ ...ranking, settings, queryVector: new QueryVector(queryMap) });
    return draftPage(passages, others, end);
  }

  /** Chunks like the given text, chunk or document; the document itself is left out. */
  async findSimilar(request: SimilarRequest): Promise<SearchAnswer> {
    const selected = await this.#collections.select(request.collections);
    return this.#collections.inOneSpace(selected, (collections) => this.#findSimilar(request, collections));
  }

  async #findSimilar(request: SimilarRequest, collections: readonly Collection[]): Promise<SearchAnswer> {
    for (const collection of collections) await this.#collections.requireSpace(collection);
    const absentees = await this.#collections.absentees(request.collections);
    const origin = await this.#originOf(request, collections, absentees);
    const found = await this.#retrieve.nearest({
      vector: origin.vector,
      collections,
      absentees,
      filter: await resolveFilter(this.#context, collections, request.filter),
      depth: Math.min(MAX_DEPTH, request.limit + origin.chunks),
    });
    const others = found.filter((hit) => hit.candidate.chunk.documentId !== origin.documentId).slice(0, request.limit);
    const hits = others.map((hit, index) => toSearchHit({ hit, copies: [] }, index + 1, NOTHING_AROUND));
    return {
      hits,
      teams: [],
      truncated: false,
      nextCursor: null,
      hint:
        hits.length > 0
          ? null
          : ((await explainSearchFilter(this.#context, collections, request.filter)) ??
            'Nothing else is indexed that could be similar.'),
      relevance: { chance: null, isDoubtful: false, reason: 'Relevance is known of searches only.' },
      unavailable: absentees.list(),
    };
  }

  async #originOf(
    request: { text?: string | undefined; id?: string | undefined },
    collections: readonly Collection[],
    absentees: Absentees,
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
    const { id } = request;
    const [origin] = (await askEach(collections, absentees, (collection) => this.#vectorsOf(collection, id))).flatMap(
      (found) => found ?? [],
    );
    if (origin !== undefined) return origin;
    throwIfUnread(absentees);
    throw new QuarryError('CHUNK_NOT_FOUND', `There is no chunk or document ${JSON.stringify(request.id)}.`, {
      hint: 'Use an id that search or list_documents gave.',
    });
  }

  async #vectorsOf(
    collection: Collection,
    id: string,
  ): Promise<{ vector: Float32Array; documentId: string; chunks: number } | undefined> {
    const { store } = this.#context;
    const chunksOf = (documentId: string): Promise<Chunk[]> => store.listChunks(collection.name, documentId);
    let chunks = id.startsWith('chk_') ? [] : await chunksOf(id);
    if (chunks.length === 0) chunks = await chunksOf(noteDocumentId(collection.name, id));
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

  async #assemble(
    page: readonly Passage[],
    offset: number,
    request: SearchRequest & { readonly passages: PassageList; readonly ranking: Omit<RankRequest, 'depth'> },
  ): Promise<{ hits: SearchHit[]; truncated: boolean }> {
    const isShort = request.maxTokens === undefined && request.context === 'none';
    let budget = (request.maxTokens ?? DEFAULT_ANSWER_TOKENS) * CHARACTERS_PER_TOKEN;
    if (isShort) budget -= SHORT_ANSWER_CHARACTERS;
    const fitting: { passage: Passage; context: HitContext | null }[] = [];
    for (const passage of page) {
      const cost = costOf(passage);
      if (fitting.length > 0 && cost > budget) break;
      budget -= cost;
      const context = request.context === 'none' ? null : await this.#contextOf(passage.hit, request.context, budget);
      budget -= context === null ? 0 : quotedLength(context.text);
      fitting.push({ passage, context });
    }
    const shown = fitting.map(({ passage }) => passage);
    const excerpts = isShort ? await this.#excerpts(shown, request) : [];
    const hits = await Promise.all(
      fitting.map(async ({ passage, context }, at) => {
        const own = await Promise.all((excerpts[at] ?? []).map((excerpt) => this.#place(excerpt)));
        // Programs are parsed where something of them is shown.
        const symbol = isShort && own.length === 0 ? undefined : await this.#symbolOf(passage.hit);
        return toSearchHit(passage, offset + at + 1, { context, symbol, excerpts: own });
      }),
    );
    return { hits, truncated: fitting.length < page.length };
  }

  async #excerpts(
    shown: readonly Passage[],
    { query, passages: list, ranking }: { query: string; passages: PassageList; ranking: Omit<RankRequest, 'depth'> },
  ): Promise<(readonly Excerpt[])[]> {
    const first = shown[0]?.hit;
    const isDeep = first !== undefined && first.reranked === null && list.isFirst(first);
    const within = isDeep ? await this.#retrieve.rankWithin(ranking, first) : [];
    return pickExcerpts(shown, { list, query, within });
  }

  #symbolOf({ candidate: { chunk, document } }: RankedHit): Promise<EnclosingSymbol | undefined> {
    return this.#symbols.enclosing(document, chunk.start, chunk.end);
  }

  async #place(excerpt: Excerpt): Promise<PlacedExcerpt> {
    return { ...excerpt, symbol: await this.#symbols.enclosing(excerpt.document, excerpt.start, excerpt.end) };
  }

  /** The hit's neighbours (one on each side) or all chunks under its heading path, as one span of the document. */
  async #contextOf(ranked: RankedHit, kind: ContextKind, budget: number): Promise<HitContext | null> {
    const { chunk } = ranked.candidate;
    const [chunks, document] = await Promise.all([
      this.#context.store.listChunks(ranked.collection, chunk.documentId),
      this.#context.store.getDocument(ranked.collection, chunk.documentId),
    ]);
    if (document === undefined) return null;
    const around =
      kind === 'neighbours'
        ? chunks.filter((other) => Math.abs(other.ordinal - chunk.ordinal) <= 1)
        : sectionOf(chunks, chunk);
    const fitting = fitAround(around, chunk, Math.max(budget, chunk.end - chunk.start));
    const first = fitting[0] ?? chunk;
    const last = fitting.at(-1) ?? chunk;
    return {
      text: document.text.slice(first.start, last.end),
      start: first.start,
      end: last.end,
      startLine: first.startLine,
      endLine: last.endLine,
    };
  }
}

/** Normalised mean of unit vectors. */
function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0);
  const norm = Math.hypot(...mean);
  return norm === 0 ? mean : mean.map((value) => value / norm);
}
