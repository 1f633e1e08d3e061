import type { DocumentSpan } from './chunk-scores.js';
import { intersectSpans, lengthOf, mergeSpans } from './spans.js';

/** Budgets at which answers are looked for, in tokens of the embedder. */
export const TOKEN_BUDGETS: readonly number[] = [500, 1_000, 2_000];

/** A retrieved chunk and what reading it costs. */
export interface CostedSpan extends DocumentSpan {
  readonly tokens: number;
}

/**
 * Share of the reference spans that stand whole in what a reader gets for `budget` tokens: chunks in rank order until
 * the next one would not fit; the first is always given. 0..1; 0 without references.
 */
export function answeredWithin(
  references: readonly DocumentSpan[],
  ranked: readonly CostedSpan[],
  budget: number,
): number {
  const read: CostedSpan[] = [];
  let spent = 0;
  for (const chunk of ranked) {
    if (read.length > 0 && spent + chunk.tokens > budget) break;
    spent += chunk.tokens;
    read.push(chunk);
  }
  const whole = references.filter((reference) => {
    const spans = mergeSpans(read.filter((chunk) => chunk.document === reference.document));
    return lengthOf(intersectSpans([reference], spans)) >= reference.end - reference.start;
  });
  return references.length === 0 ? 0 : whole.length / references.length;
}
