import type { Compound } from '../static-model/tokenizer-format.js';
import { createWordSplitter, isHump, visitRuns } from '../static-model/word-splitter.js';

const LETTERS_OR_REST = /[A-Za-z]+|[0-9]+|[^A-Za-z0-9]/g;

/**
 * Adds the words of a text to `counts`, with the case they are written in: humps are not cut yet, since which of them
 * are word boundaries is learned from these very counts. Runs that hold other than ASCII are counted whole.
 */
export function countRawWords(text: string, counts: Map<string, number>): void {
  visitRuns(text, (run, isAscii) => {
    for (const word of isAscii ? (run.match(LETTERS_OR_REST) ?? []) : [run])
      counts.set(word, (counts.get(word) ?? 0) + 1);
  });
}

/** Below this share of the spelling without humps, the one with them is rather a name in some code (`getValue`), and cut. */
const MIN_PLAIN_SHARE = 0.2;

/** What {@link learnCompounds} goes by. */
export interface CompoundOptions {
  /** Both spellings must occur this often. */
  readonly minimumCount: number;
  /** At most this many words. */
  readonly limit: number;
}

/**
 * Words that are written with humps and without (`JavaScript` and `javascript`, `fileName` and `filename`): both
 * spellings are one word. One entry for each hump of each such word, most frequent first.
 */
export function learnCompounds(rawCounts: ReadonlyMap<string, number>, options: CompoundOptions): Compound[] {
  const found: { word: string; humps: number[]; count: number }[] = [];
  for (const [word, count] of rawCounts) {
    if (count < options.minimumCount || !/^[A-Za-z]{4,24}$/.test(word)) continue;
    const humps = Array.from({ length: word.length - 1 }, (_, at) => at + 1).filter((at) => isHump(word, at));
    if (humps.length === 0) continue;
    const small = word.toLowerCase();
    const plain = (rawCounts.get(small) ?? 0) + (rawCounts.get((small[0] ?? '').toUpperCase() + small.slice(1)) ?? 0);
    if (plain < options.minimumCount || plain < MIN_PLAIN_SHARE * count) continue;
    found.push({ word, humps, count: Math.min(count, plain) });
  }
  return found
    .sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, options.limit)
    .flatMap(({ word, humps }) => humps.map((at): Compound => [word.slice(0, at), word.slice(at)]));
}

/** Counts of the tokenizer's words, from counts of raw words: humps cut but for compounds, lower case. */
export function foldCounts(
  rawCounts: ReadonlyMap<string, number>,
  compounds: readonly Compound[],
): Map<string, number> {
  const { splitRun } = createWordSplitter(compounds);
  const counts = new Map<string, number>();
  for (const [raw, count] of rawCounts) {
    for (const word of splitRun(raw, isAscii(raw))) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return counts;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
