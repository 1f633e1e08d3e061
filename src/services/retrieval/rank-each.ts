import { throwIfCancelled } from '../../core/errors.js';
import { RETRIEVAL_MODES, type RetrievalMode, type RetrievalSettings } from '../../core/retrieval/settings.js';
import { type ParsedQuery, parseQuery } from '../../core/text/query.js';
import type { Collection } from '../../core/types.js';
import { rowRules } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { Nomination } from './nomination.js';
import { rerankHits, spreadHits } from './order-hits.js';
import { orderPool, type ReadPool, readPool, type Scored } from './rank-pool.js';
import type { RankedHit } from './ranked-hit.js';

/** One query under many settings. */
export interface EachRequest {
  readonly query: string;
  readonly collections: readonly Collection[];
  /** Vector of the query; undefined where every mode is `keyword`. */
  readonly vector: Float32Array | undefined;
  readonly settings: readonly RetrievalSettings[];
  readonly signal: AbortSignal;
}

interface Pool {
  readonly query: ParsedQuery;
  readonly read: ReadPool;
}

/**
 * Ranks one query under many settings, each as a search of as many hits as it has candidates does, at little more than
 * the cost of one: what is nominated and read does not depend on how the legs are blended.
 */
export class EachRanker {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Hits of each of the settings, in their order. None where the query holds no word. */
  async rank(request: EachRequest): Promise<RankedHit[][]> {
    const query = parseQuery(request.query);
    if (query.terms.length === 0) return request.settings.map(() => []);
    const pools = new Map<RetrievalMode, Pool>();
    for (const mode of RETRIEVAL_MODES) {
      const own = request.settings.filter((settings) => settings.mode === mode);
      if (own.length > 0) pools.set(mode, await this.#read({ ...request, settings: own }, query, mode));
    }
    const ranked: RankedHit[][] = [];
    for (const settings of request.settings) {
      const pool = pools.get(settings.mode);
      ranked.push(pool === undefined ? [] : await this.#order(pool, settings, request.signal));
    }
    return ranked;
  }

  async #read(request: EachRequest, query: ParsedQuery, mode: RetrievalMode): Promise<Pool> {
    const vector = mode === 'keyword' ? undefined : request.vector;
    const deepest = request.settings.reduce((a, b) => (b.candidates > a.candidates ? b : a));
    const nomination = new Nomination(this.#context.store, {
      query,
      settings: deepest,
      vector: vector === undefined ? undefined : Promise.resolve(vector),
      limit: deepest.candidates,
      filter: {},
    });
    const rules = rowRules(this.#context);
    const pools = await Promise.all(request.collections.map((collection) => nomination.run(collection, rules)));
    throwIfCancelled(request.signal);
    return { query, read: readPool(pools, { query, vector, mode }) };
  }

  async #order({ query, read }: Pool, settings: RetrievalSettings, signal: AbortSignal): Promise<RankedHit[]> {
    const scored = read.scored.filter((item) => isNominated(item, settings, query));
    const hits = orderPool({ ...read, scored }, { query, settings });
    const depth = settings.rerankDepth;
    const reranked = settings.rerank
      ? await rerankHits(this.#context, { query: query.text, hits, depth, signal })
      : hits;
    return spreadHits(reranked, settings.diversity, settings.candidates);
  }
}

/** Whether a leg that looks no deeper than the settings say, or a name, would have nominated it. */
function isNominated({ nominee }: Scored, { candidates }: RetrievalSettings, query: ParsedQuery): boolean {
  const { vectorRank, keywordRank, isNamed } = nominee;
  if (isNamed || (vectorRank !== null && vectorRank <= candidates)) return true;
  return keywordRank !== null && (keywordRank <= candidates || query.phrases.length > 0);
}
