import { QuarryError, throwIfCancelled } from '../core/errors.js';
import type { Candidate } from '../core/ports.js';
import { blend } from '../core/ranking/blend.js';
import { dot } from '../core/ranking/cosine.js';
import { diversify } from '../core/ranking/diversify.js';
import { DEFAULT_RETRIEVAL, type RetrievalSettings } from '../core/retrieval/settings.js';
import { queryTermsOf } from '../core/text/search-text.js';
import type { Collection, SearchFilter } from '../core/types.js';
import { type Absentees, askEach } from './ask-each.js';
import type { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';

/** How many of the best candidates a cross-encoder looks at. */
const RERANK_DEPTH = 20;

/** What one leg says of a hit. */
export interface LegScore {
  readonly score: number;
  /** 1 for the best of this leg's own ranking; null when the leg did not nominate the hit. */
  readonly rank: number | null;
}

/** A ranked chunk with every score it was given. */
export interface RankedHit {
  readonly candidate: Candidate;
  readonly collection: string;
  /** Cosine similarity; null in keyword mode. */
  readonly vector: LegScore | null;
  /** BM25; null in vector mode or when no query term occurs. */
  readonly keyword: LegScore | null;
  readonly fused: number;
  /** 0..1, when a cross-encoder judged it. */
  readonly reranked: number | null;
}

/** A query with its settings. */
export interface RankRequest {
  readonly query: string;
  readonly collections: readonly Collection[];
  readonly filter?: SearchFilter;
  readonly settings?: Partial<RetrievalSettings>;
  /** How many hits are wanted, 1..1000. */
  readonly depth: number;
  readonly signal?: AbortSignal | undefined;
  /** Collects collections that cannot be read, which are then passed over; where it is left out, one fails the whole. */
  readonly absentees?: Absentees | undefined;
}

interface Pooled {
  readonly key: string;
  readonly collection: string;
  readonly candidate: Candidate;
  similarity: number | null;
  bm25: number | null;
  vectorRank: number | null;
  keywordRank: number | null;
}

/** Ranks chunks: both legs nominate, the union is scored by both, blended, reranked and diversified. */
export class RetrieveService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
  }

  /** Ranked hits, best first, at most `depth`; ties by chunk id, so the same store gives the same order. */
  async rank(request: RankRequest): Promise<RankedHit[]> {
    const settings: RetrievalSettings = { ...DEFAULT_RETRIEVAL, ...request.settings };
    const query = request.query.trim();
    if (query === '')
      throw new QuarryError('INPUT_INVALID', 'The query is empty.', {
        hint: 'Say in a few words what you are looking for.',
      });
    const vector = settings.mode === 'keyword' ? undefined : await this.#embedQuery(query, request);
    throwIfCancelled(request.signal);
    const pools = await this.#each(request, (collection) =>
      this.#nominate(collection, { ...request, query }, settings, vector),
    );
    const pool = pools.flat();
    const hits = toHits(pool, settings);
    const reranked = settings.rerank ? await this.#rerank(query, hits, request.signal) : hits;
    return spread(reranked, settings.diversity, request.depth);
  }

  /** Nearest chunks to a vector, best first. */
  async nearest(request: {
    vector: Float32Array;
    collections: readonly Collection[];
    filter?: SearchFilter;
    depth: number;
    absentees?: Absentees | undefined;
  }): Promise<RankedHit[]> {
    const found = await this.#each(request, async (collection) => {
      const candidates = await this.#context.store.searchVector(
        collection.name,
        request.vector,
        request.depth,
        request.filter ?? {},
      );
      return candidates.map((candidate): Pooled => pooled(collection.name, candidate));
    });
    const settings: RetrievalSettings = { ...DEFAULT_RETRIEVAL, mode: 'vector' };
    return toHits(rankLeg(found.flat(), 'vector'), settings).slice(0, request.depth);
  }

  #each<T>(
    { collections, absentees }: Pick<RankRequest, 'collections' | 'absentees'>,
    ask: (collection: Collection) => Promise<T>,
  ): Promise<T[]> {
    return absentees === undefined ? Promise.all(collections.map(ask)) : askEach(collections, absentees, ask);
  }

  async #embedQuery(query: string, request: RankRequest): Promise<Float32Array> {
    for (const collection of request.collections) await this.#collections.requireSpace(collection);
    const embedder = await this.#context.embedder();
    const [vector] = await embedder.embed([query], 'query', request.signal);
    if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for the query.');
    return vector;
  }

  async #nominate(
    collection: Collection,
    request: RankRequest,
    settings: RetrievalSettings,
    vector: Float32Array | undefined,
  ): Promise<Pooled[]> {
    const { store } = this.#context;
    const filter = request.filter ?? {};
    const limit = Math.min(1000, Math.max(settings.candidates, request.depth));
    const terms = settings.mode === 'vector' ? '' : queryTermsOf(request.query);
    const [near, worded] = await Promise.all([
      vector === undefined ? [] : store.searchVector(collection.name, vector, limit, filter),
      terms === '' ? [] : store.searchKeyword(collection.name, terms, limit, filter),
    ]);
    const pool = new Map<string, Pooled>();
    for (const candidate of [...near, ...worded]) {
      const known = pool.get(candidate.chunk.id);
      if (known === undefined) pool.set(candidate.chunk.id, pooled(collection.name, candidate));
      else known.bm25 ??= candidate.bm25;
    }
    const items = [...pool.values()];
    rankLeg(items, 'vector');
    rankLeg(items, 'keyword');
    if (vector !== undefined) for (const item of items) item.similarity ??= dot(vector, item.candidate.vector);
    return items;
  }

  async #rerank(query: string, hits: readonly RankedHit[], signal: AbortSignal | undefined): Promise<RankedHit[]> {
    const head = hits.slice(0, RERANK_DEPTH);
    if (head.length === 0) return [];
    const reranker = await this.#context.reranker();
    const scores = await reranker.rerank(
      query,
      head.map((hit) => hit.candidate.chunk.text),
      signal,
    );
    const judged = head.map((hit, i) => ({ ...hit, reranked: scores[i] ?? 0 }));
    judged.sort((a, b) => b.reranked - a.reranked || b.fused - a.fused);
    return [...judged, ...hits.slice(RERANK_DEPTH)];
  }
}

function pooled(collection: string, candidate: Candidate): Pooled {
  return {
    key: `${collection}\u0000${candidate.chunk.id}`,
    collection,
    candidate,
    similarity: candidate.similarity,
    bm25: candidate.bm25,
    vectorRank: null,
    keywordRank: null,
  };
}

/** Numbers the items that a leg nominated by its own scores, ties by chunk id. */
function rankLeg(items: Pooled[], leg: 'vector' | 'keyword'): Pooled[] {
  const score = (item: Pooled): number | null => (leg === 'vector' ? item.similarity : item.bm25);
  const nominated = items.filter((item) => score(item) !== null);
  nominated.sort((a, b) => (score(b) ?? 0) - (score(a) ?? 0) || (a.key < b.key ? -1 : 1));
  nominated.forEach((item, index) => {
    if (leg === 'vector') item.vectorRank = index + 1;
    else item.keywordRank = index + 1;
  });
  return items;
}

function toHits(pool: readonly Pooled[], settings: RetrievalSettings): RankedHit[] {
  const byKey = new Map(pool.map((item) => [item.key, item]));
  const scores = pool.map((item) => ({ id: item.key, similarity: item.similarity, bm25: item.bm25 }));
  return order(scores, settings).flatMap(({ id, fused }) => {
    const item = byKey.get(id);
    return item === undefined ? [] : [toHit(item, fused)];
  });
}

/** In a single-leg mode the leg's own score is the order; in hybrid mode the blend is. */
function order(
  scores: { id: string; similarity: number | null; bm25: number | null }[],
  settings: RetrievalSettings,
): { id: string; fused: number }[] {
  const { mode, blend: method, alpha, rankConstant } = settings;
  if (mode === 'hybrid') return blend(scores, { method, alpha, rankConstant });
  const plain = scores.map(({ id, similarity, bm25 }) => ({ id, fused: (mode === 'vector' ? similarity : bm25) ?? 0 }));
  return plain.sort((a, b) => b.fused - a.fused || (a.id < b.id ? -1 : 1));
}

function toHit(item: Pooled, fused: number): RankedHit {
  const { candidate, collection, similarity, bm25, vectorRank, keywordRank } = item;
  return {
    candidate,
    collection,
    fused,
    vector: similarity === null ? null : { score: similarity, rank: vectorRank },
    keyword: bm25 === null ? null : { score: bm25, rank: keywordRank },
    reranked: null,
  };
}

function spread(hits: readonly RankedHit[], diversity: number, depth: number): RankedHit[] {
  if (diversity <= 0) return hits.slice(0, depth);
  const byId = new Map(hits.map((hit) => [`${hit.collection}\u0000${hit.candidate.chunk.id}`, hit]));
  const items = [...byId].map(([id, hit]) => ({
    id,
    relevance: hit.reranked ?? hit.fused,
    vector: hit.candidate.vector,
  }));
  return diversify(items, diversity, depth).flatMap((id) => byId.get(id) ?? []);
}
