import { compareBytes } from './byte-order.js';
import type { ScoredDocument } from './judgments.js';

/** Lists up to this long have their places packed behind the scores in one double: 32 + 21 bits. */
const PLACES = 2 ** 21;

/**
 * The order in which trec_eval reads a result list: scores descending as 32-bit floats, ties by document id descending
 * (bytes of UTF-8). Ranks that a file gives are never used. The input is left as it is.
 */
export function rankDocuments(documents: readonly ScoredDocument[]): readonly ScoredDocument[] {
  if (isRanked(documents)) return documents;
  return documents.length < PLACES ? sortPacked(documents) : documents.toSorted(compareScored);
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

/**
 * Sorts plain numbers, several times faster than with a comparator: the bits of each score, turned so that they fall as
 * the score rises, with the document's place behind them. Runs of equal scores are put in order by id afterwards.
 */
function sortPacked(documents: readonly ScoredDocument[]): ScoredDocument[] {
  const packed = packScores(documents).sort();
  const ranked: ScoredDocument[] = [];
  for (let i = 0; i < packed.length; ) {
    const score = Math.floor((packed[i] ?? 0) / PLACES);
    const tied: ScoredDocument[] = [];
    for (; i < packed.length && Math.floor((packed[i] ?? 0) / PLACES) === score; i++) {
      const document = documents[(packed[i] ?? 0) % PLACES];
      if (document !== undefined) tied.push(document);
    }
    if (tied.length > 1) tied.sort((a, b) => compareBytes(b.id, a.id));
    for (const document of tied) ranked.push(document);
  }
  return ranked;
}

function packScores(documents: readonly ScoredDocument[]): Float64Array {
  // Adding 0 turns -0 into 0, which compares equal but has other bits.
  const scores = Float32Array.from(documents, (document) => document.score + 0);
  const bits = new Uint32Array(scores.buffer);
  return Float64Array.from(bits, (word, place) => {
    const falling = word >= 0x80000000 ? word : 0x7fffffff - word;
    return falling * PLACES + place;
  });
}
