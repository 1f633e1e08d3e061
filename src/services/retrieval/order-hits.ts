import { diversify } from '../../core/ranking/diversify.js';
import { RERANK_DEPTH } from '../../core/retrieval/settings.js';
import type { ServiceContext } from '../context.js';
import type { RankedHit } from './ranked-hit.js';

/** The best hits in the order that the configured reranker gives them, the others behind. @throws QuarryError MODEL_UNAVAILABLE */
export async function rerankHits(
  context: ServiceContext,
  request: { query: string; hits: readonly RankedHit[]; depth: number | undefined; signal: AbortSignal | undefined },
): Promise<RankedHit[]> {
  const { query, hits, depth = RERANK_DEPTH, signal } = request;
  const head = hits.slice(0, depth);
  if (head.length === 0) return [];
  const reranker = await context.reranker();
  const scores = await reranker.rerank(
    query,
    head.map((hit) => hit.candidate.chunk.text),
    signal,
  );
  const judged = head.map((hit, i) => ({ ...hit, reranked: scores[i] ?? 0 }));
  judged.sort((a, b) => b.reranked - a.reranked || b.fused - a.fused);
  return [...judged, ...hits.slice(depth)];
}

/** The first `depth` hits, those that say something new before those that repeat; see core/ranking/diversify. */
export function spreadHits(hits: readonly RankedHit[], diversity: number, depth: number): RankedHit[] {
  if (diversity <= 0) return hits.slice(0, depth);
  const byId = new Map(hits.map((hit) => [`${hit.collection}\u0000${hit.candidate.chunk.id}`, hit]));
  const items = [...byId].map(([id, hit]) => ({
    id,
    relevance: hit.reranked ?? hit.fused,
    vector: hit.candidate.vector,
  }));
  return diversify(items, diversity, depth).flatMap((id) => byId.get(id) ?? []);
}
