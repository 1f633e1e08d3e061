/** A passage with its own score. */
export interface ScoredPassage {
  readonly documentId: string;
  /** Whether it is all of its document. */
  readonly isWhole: boolean;
  /** 0 or more. */
  readonly score: number;
}

/** What the second best passage of a document adds to all passages of it, as a share of its own score. */
const SECOND_WEIGHT = 0.2;

/**
 * What each document gains from having more than one passage that answers: part of the score of its second best passage.
 * It is the same for all passages of a document, so that their order among themselves stays. A document of one passage has
 * all of it there, so that short documents do not stand back behind long ones.
 */
export function documentEvidence(passages: readonly ScoredPassage[]): Map<string, number> {
  const best = new Map<string, { first: number; second: number }>();
  for (const { documentId, isWhole, score } of passages) {
    const known = best.get(documentId);
    if (known === undefined) best.set(documentId, { first: score, second: isWhole ? score : 0 });
    else if (score > known.first) best.set(documentId, { first: score, second: known.first });
    else if (score > known.second) known.second = score;
  }
  return new Map([...best].map(([documentId, { second }]) => [documentId, SECOND_WEIGHT * second]));
}
