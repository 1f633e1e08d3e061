import { dot } from '../ranking/cosine.js';

const CUT = 10;

/**
 * nDCG@10 of each query whose only relevant text is known: `1 / log2(rank + 1)` when the text is among the first ten by
 * cosine, else 0. A text that scores the same as the right one counts as ranked before it, so ties never flatter.
 * @param queries unit vectors
 * @param texts unit vectors of all candidates
 * @param answers for each query the place of its text among the candidates
 */
export function rankHeldOut(
  queries: readonly Float32Array[],
  texts: readonly Float32Array[],
  answers: readonly number[],
): number[] {
  return queries.map((query, i) => {
    const answer = answers[i] ?? -1;
    const own = texts[answer];
    if (own === undefined) return 0;
    const score = dot(query, own);
    const rank = 1 + texts.filter((text, at) => at !== answer && dot(query, text) >= score).length;
    return rank <= CUT ? 1 / Math.log2(rank + 1) : 0;
  });
}
