import { compareBytes } from './byte-order.js';
import type { ScoredDocument } from './judgments.js';

/**
 * The order in which trec_eval reads a result list: scores descending as 32-bit floats, ties by document id descending
 * (bytes of UTF-8). Ranks that a file gives are never used. The input is left as it is.
 */
export function rankDocuments(documents: readonly ScoredDocument[]): readonly ScoredDocument[] {
  return isRanked(documents) ? documents : documents.toSorted(compareScored);
}

function compareScored(a: ScoredDocument, b: ScoredDocument): number {
  const left = Math.fround(a.score);
  const right = Math.fround(b.score);
  if (left !== right) return left > right ? -1 : 1;
  return compareBytes(b.id, a.id);
}

/** Most files are already in order, and looking costs far less than sorting. */
function isRanked(documents: readonly ScoredDocument[]): boolean {
  let last: ScoredDocument | undefined;
  for (const document of documents) {
    if (last !== undefined && compareScored(last, document) > 0) return false;
    last = document;
  }
  return true;
}
