import { answeredWithin, type CostedSpan, TOKEN_BUDGETS } from '../../core/benchmark/answerability.js';
import { type ChunkScores, type DocumentSpan, scoreChunks } from '../../core/benchmark/chunk-scores.js';
import { type ChunkHit, foldHits } from '../../core/benchmark/fold-hits.js';
import type { SuiteQuery } from '../../core/benchmark/suite.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { ScoredDocument } from '../../core/metrics/judgments.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { Collection } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import { QueryVector } from '../retrieval/query-vector.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';
import type { RetrieveService } from '../retrieve.js';
import type { AnchoredJudgments } from './anchor-judgments.js';

/** Chunks that chunk scores look at: about what an agent reads. */
export const SCORED_CHUNKS = 5;
/** Searches made before the clock runs, so that the first query does not pay for opening files. */
const WARM_UP = 3;

/** What one query came to. */
interface QueryOutcome {
  readonly documents: readonly ScoredDocument[];
  readonly elapsedMs: number;
  /** Best raw score of each of the run's signals; 0 when nothing was found. */
  readonly topScores: Readonly<Partial<Record<Signal, number>>>;
  /** Shares of references read within each of {@link TOKEN_BUDGETS}; null without references. */
  readonly answered: readonly number[] | null;
  readonly chunks: ChunkScores | null;
}

/** What a pass over a suite's queries came to, by query id. */
export type SuiteOutcome = ReadonlyMap<string, QueryOutcome>;

/** A pass over a suite's queries. */
export interface SearchPlan {
  readonly queries: readonly SuiteQuery[];
  readonly collection: Collection;
  readonly settings: RetrievalSettings;
  /** Learned map on the queries' vectors; left out for none. */
  readonly queryMap?: QueryMap | undefined;
  /** Chunks ranked per query, 1..1000. */
  readonly depth: number;
  readonly judgments: AnchoredJudgments;
  readonly dropSelfHits: boolean;
  readonly handle: JobHandle;
  /** Progress so far and in all, over every pass of the job. */
  readonly progress: { done: number; readonly total: number };
  readonly name: string;
}

/** A raw score that can say how sure a search is. */
export type Signal = 'cosine' | 'bm25' | 'reranker';

/** The raw scores of a mode. A blended score is relative to its own list and says nothing across queries. */
export function signalsOf(settings: RetrievalSettings): Signal[] {
  if (settings.rerank) return ['reranker'];
  if (settings.mode === 'hybrid') return ['cosine', 'bm25'];
  return settings.mode === 'keyword' ? ['bm25'] : ['cosine'];
}

/** Runs every query of a suite through the product's own retriever. */
export class SuiteSearcher {
  readonly #context: ServiceContext;
  readonly #retrieve: RetrieveService;

  constructor(context: ServiceContext, retrieve: RetrieveService) {
    this.#context = context;
    this.#retrieve = retrieve;
  }

  /** Searches one query after the other, so that latencies mean something. */
  async search(plan: SearchPlan): Promise<SuiteOutcome> {
    const outcomes = new Map<string, QueryOutcome>();
    const chunks = await this.#listChunks(plan);
    for (const query of plan.queries.slice(0, WARM_UP)) await this.#rank(plan, query);
    for (const query of plan.queries) {
      throwIfCancelled(plan.handle.signal);
      const begun = this.#context.clock.elapsedMs();
      const hits = await this.#rank(plan, query);
      const elapsedMs = this.#context.clock.elapsedMs() - begun;
      outcomes.set(query.id, assess(plan, { query, hits, elapsedMs, chunks }));
      plan.progress.done += 1;
      plan.handle.report({ stage: 'search', done: plan.progress.done, total: plan.progress.total, message: plan.name });
    }
    return outcomes;
  }

  async #rank(plan: SearchPlan, query: SuiteQuery): Promise<RankedHit[]> {
    if (query.text.trim() === '') return [];
    const { collection, settings, queryMap, depth, handle } = plan;
    return this.#retrieve.rank({
      query: query.text,
      collections: [collection],
      settings,
      depth,
      queryVector: new QueryVector(queryMap),
      signal: handle.signal,
    });
  }

  /** Chunks of every document that holds a reference span. */
  async #listChunks(plan: SearchPlan): Promise<Map<string, DocumentSpan[]>> {
    const documents = new Set([...plan.judgments.references.values()].flat().map((span) => span.document));
    const chunks = new Map<string, DocumentSpan[]>();
    for (const document of documents) {
      const listed = await this.#context.store.listChunks(plan.collection.name, document);
      chunks.set(
        document,
        listed.map(({ start, end }) => ({ document, start, end })),
      );
    }
    return chunks;
  }
}

function assess(
  plan: SearchPlan,
  found: {
    readonly query: SuiteQuery;
    readonly hits: readonly RankedHit[];
    readonly elapsedMs: number;
    readonly chunks: ReadonlyMap<string, DocumentSpan[]>;
  },
): QueryOutcome {
  const { query, hits, elapsedMs } = found;
  const references = plan.judgments.references.get(query.id) ?? [];
  const ranked: CostedSpan[] = hits.map(({ candidate: { chunk } }) => ({
    document: chunk.documentId,
    start: chunk.start,
    end: chunk.end,
    tokens: chunk.tokens,
  }));
  const hasReferences = references.length > 0;
  const own = [...new Set(references.map((span) => span.document))].flatMap((id) => found.chunks.get(id) ?? []);
  return {
    elapsedMs,
    documents: toDocuments(plan, query, hits),
    topScores: topScores(plan.settings, hits),
    answered: hasReferences ? TOKEN_BUDGETS.map((budget) => answeredWithin(references, ranked, budget)) : null,
    chunks: hasReferences ? scoreChunks(references, ranked.slice(0, SCORED_CHUNKS), own) : null,
  };
}

/**
 * Documents in the order of their best chunks. The order of hits is the order of the product (after reranking or
 * diversification scores do not fall with rank), so where they disagree the score written is the rank's.
 */
function toDocuments(plan: SearchPlan, query: SuiteQuery, hits: readonly RankedHit[]): ScoredDocument[] {
  const isOrdered = !plan.settings.rerank && plan.settings.diversity <= 0;
  const chunkHits = hits.map(
    (hit, index): ChunkHit => ({
      document: suiteIdOf(plan, hit),
      score: isOrdered ? hit.fused : hits.length - index,
    }),
  );
  return foldHits(chunkHits, plan.dropSelfHits ? query.id : undefined);
}

/** A judged document has the id that the suite calls it by, every other one its uri. */
function suiteIdOf(plan: SearchPlan, hit: RankedHit): string {
  const { document } = hit.candidate;
  return plan.judgments.suiteIds.get(document.id) ?? document.uri;
}

function topScores(settings: RetrievalSettings, hits: readonly RankedHit[]): QueryOutcome['topScores'] {
  const best = signalsOf(settings).map((signal) => {
    const scores = hits.flatMap((hit) => scoreBy(signal, hit) ?? []);
    return [signal, scores.length === 0 ? 0 : Math.max(...scores)];
  });
  return Object.fromEntries(best);
}

function scoreBy(signal: Signal, hit: RankedHit): number | null | undefined {
  if (signal === 'reranker') return hit.reranked;
  return (signal === 'bm25' ? hit.keyword : hit.vector)?.score;
}
