import { QuarryError, throwIfCancelled } from '../core/errors.js';
import type { Candidate } from '../core/ports.js';
import { compareIds } from '../core/ranking/blend.js';
import { DEFAULT_RETRIEVAL, type RetrievalSettings } from '../core/retrieval/settings.js';
import { parseQuery } from '../core/text/query.js';
import type { Collection, SearchFilter } from '../core/types.js';
import { type Absentees, askEach } from './ask-each.js';
import { type CollectionService, rowRules } from './collections.js';
import type { ServiceContext } from './context.js';
import { type CollectionPool, NOTHING_KNOWN, Nomination, toNominee } from './retrieval/nomination.js';
import { rerankHits, spreadHits } from './retrieval/order-hits.js';
import { QueryVector } from './retrieval/query-vector.js';
import { rankPool } from './retrieval/rank-pool.js';
import type { RankedHit } from './retrieval/ranked-hit.js';

/** Documents of more passages are not read whole by {@link RetrieveService.rankWithin}. */
const LONG_DOCUMENT = 40;

/** A query with its settings. */
export interface RankRequest {
  readonly query: string;
  readonly collections: readonly Collection[];
  readonly filter?: SearchFilter;
  readonly settings?: Partial<RetrievalSettings>;
  /** How many hits are wanted, 1..1000. */
  readonly depth: number;
  readonly signal?: AbortSignal | undefined;
  /** Keeps the vector of the query, which must be the same whenever this is. */
  readonly queryVector?: QueryVector | undefined;
  /** Collects collections that cannot be read, which are then passed over; where it is left out, one fails the whole. */
  readonly absentees?: Absentees | undefined;
}

/** What a request comes to. */
interface RankParts {
  readonly query: ReturnType<typeof parseQuery>;
  readonly settings: RetrievalSettings;
}

/** Ranks chunks: both legs nominate, the union is scored by both, blended, reranked and diversified. */
export class RetrieveService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
  }

  /**
   * Ranked hits, best first, at most `depth`; ties by chunk id, so the same store gives the same order. None when the
   * query holds no word.
   */
  async rank(request: RankRequest): Promise<RankedHit[]> {
    const settings: RetrievalSettings = { ...DEFAULT_RETRIEVAL, ...request.settings };
    if (request.query.trim() === '')
      throw new QuarryError('INPUT_INVALID', 'The query is empty.', {
        hint: 'Say in a few words what you are looking for.',
      });
    const query = parseQuery(request.query);
    if (query.terms.length === 0) return [];
    return this.#collections.inOneSpace(request.collections, (collections) =>
      this.#rank({ ...request, collections }, { query, settings }),
    );
  }

  async #rank(request: RankRequest, { query, settings }: RankParts): Promise<RankedHit[]> {
    const embedding = settings.mode === 'keyword' ? undefined : this.#embedQuery(query.text, request);
    embedding?.catch(() => undefined); // Whoever waits for it below hears what fails.
    const limit = Math.min(1000, Math.max(settings.candidates, request.depth));
    const nomination = new Nomination(this.#context.store, {
      query,
      settings,
      vector: embedding,
      limit,
      filter: request.filter ?? {},
    });
    const rules = rowRules(this.#context);
    const pools = await this.#each(request, (collection) => nomination.run(collection, rules));
    throwIfCancelled(request.signal);
    const hits = rankPool(pools, { query, settings, vector: await embedding });
    const reranked = settings.rerank
      ? await rerankHits(this.#context, {
          query: query.text,
          hits,
          depth: settings.rerankDepth,
          signal: request.signal,
        })
      : hits;
    return spreadHits(reranked, settings.diversity, request.depth);
  }

  /**
   * All passages of a hit's document, whatever nominated them, scored as {@link rank} scores, best first. None of a long
   * document, and none where the query's signs leave no passage.
   */
  async rankWithin(
    request: Omit<RankRequest, 'depth'>,
    { collection, candidate, nameTerms }: RankedHit,
  ): Promise<RankedHit[]> {
    if (candidate.document.chunkCount > LONG_DOCUMENT) return [];
    const settings: RetrievalSettings = { ...DEFAULT_RETRIEVAL, ...request.settings };
    const query = parseQuery(request.query);
    const rules = rowRules(this.#context);
    const { store } = this.#context;
    return this.#collections.inOneSpace(request.collections, async (collections) => {
      const vector =
        settings.mode === 'keyword' ? undefined : this.#embedQuery(query.text, { ...request, collections });
      const pools = this.#each({ ...request, collections }, async (each): Promise<CollectionPool> => {
        const own = each.name === collection ? store.listCandidates(collection, candidate.chunk.documentId) : [];
        const statistics = settings.mode === 'vector' ? NOTHING_KNOWN : store.termStatistics(each.name, query.terms);
        const nominees = (await own).map((found) => toNominee(found, { collection: each, rules, nameTerms }));
        return { nominees, statistics: await statistics };
      });
      return rankPool(await pools, { query, settings, vector: await vector });
    });
  }

  /** Nearest chunks to a vector, best first. */
  async nearest(request: {
    vector: Float32Array;
    collections: readonly Collection[];
    filter?: SearchFilter;
    depth: number;
    absentees?: Absentees | undefined;
  }): Promise<RankedHit[]> {
    const { vector, depth, filter = {} } = request;
    const found = await this.#each(request, async ({ name }) => {
      const candidates = await this.#context.store.searchVector(name, vector, depth, filter);
      return candidates.map((candidate) => ({ candidate, collection: name }));
    });
    const order = ({ candidate, collection }: { candidate: Candidate; collection: string }): string =>
      `${collection}\u0000${candidate.chunk.id}`;
    const sorted = found
      .flat()
      .sort((a, b) => (b.candidate.similarity ?? 0) - (a.candidate.similarity ?? 0) || compareIds(order(a), order(b)));
    return sorted.slice(0, depth).map(({ candidate, collection }, at) => ({
      candidate,
      collection,
      vector: { score: candidate.similarity ?? 0, rank: at + 1 },
      keyword: null,
      words: null,
      parts: { heading: 0, order: 0, name: 0, document: 0, kind: 1, form: 1 },
      fused: candidate.similarity ?? 0,
      reranked: null,
      nameTerms: new Set(),
    }));
  }

  #each<T>(
    { collections, absentees }: Pick<RankRequest, 'collections' | 'absentees'>,
    ask: (collection: Collection) => Promise<T>,
  ): Promise<T[]> {
    return absentees === undefined ? Promise.all(collections.map(ask)) : askEach(collections, absentees, ask);
  }

  async #embedQuery(query: string, request: Omit<RankRequest, 'depth'>): Promise<Float32Array> {
    for (const collection of request.collections) await this.#collections.requireSpace(collection);
    const { queryVector = new QueryVector(), signal } = request;
    return queryVector.of(await this.#context.embedder(), query, signal);
  }
}
