import { headingsOf } from '../../core/text/heading-path.js';
import type { Chunk } from '../../core/types.js';

/** Consecutive chunks around the hit that share its heading path or stand below it. */
export function sectionOf(chunks: readonly Chunk[], hit: Chunk): Chunk[] {
  const path = headingsOf(hit.headingPath);
  const isInside = (other: Chunk): boolean => path.every((heading, i) => other.headingPath[i] === heading);
  let first = hit.ordinal;
  let last = hit.ordinal;
  const at = (ordinal: number): Chunk | undefined => chunks[ordinal];
  for (let next = at(first - 1); next !== undefined && isInside(next); next = at(first - 1)) first -= 1;
  for (let next = at(last + 1); next !== undefined && isInside(next); next = at(last + 1)) last += 1;
  return chunks.slice(first, last + 1);
}

/** The longest run around the hit that fits into `budget` characters, grown forward first. */
export function fitAround(chunks: readonly Chunk[], hit: Chunk, budget: number): Chunk[] {
  const at = chunks.findIndex((chunk) => chunk.id === hit.id);
  if (at < 0) return [hit];
  let from = at;
  let to = at;
  const size = (low: number, high: number): number => (chunks[high]?.end ?? 0) - (chunks[low]?.start ?? 0);
  for (;;) {
    if (to + 1 < chunks.length && size(from, to + 1) <= budget) to += 1;
    else if (from > 0 && size(from - 1, to) <= budget) from -= 1;
    else return chunks.slice(from, to + 1);
  }
}
