import type { ScoredDocument } from '../metrics/judgments.js';
import { compareIds } from '../ranking/blend.js';

/** A retrieved chunk with the document that it is scored for. */
export interface ChunkHit {
  readonly document: string;
  readonly score: number;
}

/**
 * Folds chunk hits to documents: each document gets the score of its best chunk. Without it a document would be found
 * several times and nDCG could pass 1. `drop` names a document to leave out (the query itself). Best first, ties by id.
 */
export function foldHits(hits: readonly ChunkHit[], drop?: string): ScoredDocument[] {
  const best = new Map<string, number>();
  for (const { document, score } of hits) {
    const known = best.get(document);
    if (document !== drop && (known === undefined || score > known)) best.set(document, score);
  }
  const documents = [...best].map(([id, score]) => ({ id, score }));
  return documents.sort((a, b) => b.score - a.score || compareIds(a.id, b.id));
}
