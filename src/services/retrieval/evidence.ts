import { HEADING_WEIGHT, ORDER_WEIGHT } from '../../core/ranking/passage-score.js';
import type { ResultEvidence } from '../../core/ranking/relevance.js';
import type { RankedHit } from './ranked-hit.js';

/** What a ranked hit says of its own relevance. */
export function evidenceOf({ vector, words, parts, fused }: RankedHit): ResultEvidence {
  return {
    cosine: vector === null ? null : vector.score,
    share: words?.share ?? 0,
    coverage: words?.coverage ?? 0,
    order: parts.order / ORDER_WEIGHT,
    heading: parts.heading / HEADING_WEIGHT,
    name: Math.min(1, parts.name),
    score: fused,
  };
}
