import { endsAnnouncing } from './announcements.js';
import type { Ruler } from './ruler.js';
import type { Grain } from './section.js';
import { type CutText, lineCuts, paragraphCuts, sentenceCuts } from './text-cuts.js';

/** A region with its weight. */
export interface Weighed {
  readonly start: number;
  readonly end: number;
  readonly weight: number;
}

/**
 * Cuts a region of any size without looking at all of its lines or sentences first: windows as large as the budget
 * allows, each ended at the best place in its second half (blank line, line or sentence, word, code point). Each window is counted a few
 * times at most, so the time is linear whatever the text.
 */
export async function fillWindows(
  region: { start: number; end: number; grain: Grain },
  ruler: Ruler,
): Promise<Weighed[]> {
  const windows: Weighed[] = [];
  let length = ruler.max * 4;
  let start = region.start;
  while (start < region.end) {
    const window = takeWindow({ ...region, start }, Math.min(length, ruler.maxLength), ruler);
    windows.push(window);
    // Follow the density of the text: half as much again when there was room, what fitted when there was none.
    const taken = window.end - window.start;
    length =
      window.weight < ruler.max * 0.7 ? Math.max(16, Math.ceil(length * 1.5)) : Math.max(16, Math.ceil(taken * 1.1));
    start = window.end;
    await ruler.rest();
  }
  return windows;
}

function takeWindow(region: { start: number; end: number; grain: Grain }, length: number, ruler: Ruler): Weighed {
  const { start, end, grain } = region;
  let reach = length;
  for (;;) {
    const stop = start + reach >= end ? end : bestCut(ruler.text, { start, end: start + reach, grain });
    const weight = ruler.weigh(start, stop);
    if (weight <= ruler.max || stop <= nextCodePoint(ruler.text, start)) return { start, end: stop, weight };
    reach = Math.max(1, Math.floor(Math.min(reach, stop - start) * Math.min(0.9, ruler.max / weight)));
  }
}

const BEST_FIRST: Readonly<Record<Grain, readonly CutText[]>> = {
  prose: [paragraphCuts, sentenceCuts, lineCuts],
  lines: [paragraphCuts, lineCuts, sentenceCuts],
};

/** What is looked at in front of a cut. */
const LINE_ENDING = 80;

function bestCut(text: string, { start, end, grain }: { start: number; end: number; grain: Grain }): number {
  const middle = start + Math.floor((end - start) / 2);
  for (const cutText of [...BEST_FIRST[grain], wordCuts]) {
    const cuts = cutText(text, middle, end).filter((cut) => cut > start);
    const cut = cuts.findLast((one) => !endsAnnouncing(text.slice(Math.max(start, one - LINE_ENDING), one)));
    if (cut !== undefined) return cut;
  }
  return codePointCut(text, start, end);
}

const wordCuts: CutText = (text, start, end) => {
  for (let at = end; at > start; at--) if (/\s/.test(text[at] ?? '')) return [at];
  return [];
};

/** `end`, moved so that no surrogate pair, and where possible no letter and its mark, is parted. */
function codePointCut(text: string, start: number, end: number): number {
  let cut = end;
  for (let steps = 0; steps < 8 && cut > start + 1 && /^[\p{M}\u200d]/u.test(text.slice(cut, cut + 2)); steps++) cut--;
  if (isLowSurrogate(text, cut) && isHighSurrogate(text, cut - 1)) cut--;
  return cut > start ? cut : nextCodePoint(text, start);
}

function nextCodePoint(text: string, at: number): number {
  return at + (isHighSurrogate(text, at) && isLowSurrogate(text, at + 1) ? 2 : 1);
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
