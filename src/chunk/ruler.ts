import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CountTokens } from '../core/ports.js';
import type { ChunkSizing } from '../core/types.js';

/** Measures regions of one text. */
export interface Ruler {
  readonly text: string;
  /** Largest weight of a chunk. */
  readonly max: number;
  /** Regions that weigh less want a neighbour. */
  readonly min: number;
  /** No region longer than this (UTF-16 code units, surrounding white space aside) can fit. */
  readonly maxLength: number;
  /** Weight of `[start, end)`; infinite, and not counted, where the region is longer than `maxLength`. */
  weigh(start: number, end: number): number;
  /** Tokens of exactly this region, which must not be longer than `maxLength`. */
  tokensOf(start: number, end: number): number;
  /** Lets the event loop turn once enough work (in code units looked at) has been done since the last time. */
  rest(work?: number): Promise<void> | undefined;
}

/**
 * A token may stand for text of any length (a word unknown to the model), so length counts as well: the weight of a region is its
 * number of tokens, or one for each 16 code units if that is more.
 */
const LENGTH_PER_TOKEN = 16;

/** Text looked at after which other work gets its turn: some milliseconds with the slowest tokenizer. */
const LENGTH_PER_TURN = 50_000;

/** A ruler for one text. `sizing` is taken as it is, `maxTokens` at least 1. */
export function createRuler(text: string, sizing: ChunkSizing, countTokens: CountTokens): Ruler {
  const max = Math.max(1, Math.floor(sizing.maxTokens));
  const maxLength = max * LENGTH_PER_TOKEN;
  let worked = 0;
  const counted = new Map<number, number>();
  const tokensOf = (start: number, end: number): number => {
    // Unique as long as no counted region is longer than `maxLength`.
    const key = start * (maxLength + 1) + (end - start);
    const known = counted.get(key);
    if (known !== undefined) return known;
    worked += end - start;
    const tokens = countTokens(text.slice(start, end));
    counted.set(key, tokens);
    return tokens;
  };
  return {
    text,
    max,
    min: Math.min(sizing.minTokens, max),
    maxLength,
    tokensOf,
    weigh: (start, end) => {
      const { start: from, end: to } = trimRegion(text, start, end);
      if (to - from > maxLength) return Number.POSITIVE_INFINITY;
      return from === to ? 0 : Math.max(tokensOf(from, to), Math.ceil((to - from) / LENGTH_PER_TOKEN));
    },
    rest: (work = 1) => {
      worked += work;
      if (worked < LENGTH_PER_TURN) return undefined;
      worked = 0;
      return nextTurn();
    },
  };
}

/** The region without white space at its ends; empty (at `end`) where there is nothing else. */
export function trimRegion(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

/** What `\s` matches. */
function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}
