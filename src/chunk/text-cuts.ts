/** Offsets inside `[start, end)` at which the text of the region may be cut; ascending, neither end included. */
export type CutText = (text: string, start: number, end: number) => number[];

/** Behind every run of blank lines. */
export const paragraphCuts: CutText = (text, start, end) => cutsAfter(text, start, end, /\n(?:[ \t]*\n)+/g);

/** Behind every line. */
export const lineCuts: CutText = (text, start, end) => cutsAfter(text, start, end, /\n/g);

/** Start of a line, and whether a blank line stands before it. */
export interface LineStart {
  readonly at: number;
  readonly isAfterBlank: boolean;
}

/**
 * The least indented lines of a region, which begin statements, members, entries or rows. The first line, which opens what
 * the others stand in, and lines that only close something do not count.
 */
export function leastIndentedLines(text: string, start: number, end: number): LineStart[] {
  let least = Number.POSITIVE_INFINITY;
  let lines: LineStart[] = [];
  let previous = start;
  for (const at of lineCuts(text, start, end)) {
    const isAfterBlank = isBlankLine(text, previous, at);
    previous = at;
    const indentation = /^[ \t]*(?![\s})\]]|end\b|<\/)/.exec(text.slice(at, Math.min(end, at + 200)))?.[0];
    if (indentation === undefined || indentation.length > least) continue;
    if (indentation.length < least) lines = [];
    least = indentation.length;
    lines.push({ at, isAfterBlank });
  }
  return lines;
}

/** Before the least indented lines; before those behind a blank line only, where there are such. */
export const layoutCuts: CutText = (text, start, end) => {
  const lines = leastIndentedLines(text, start, end);
  const groups = lines.filter((line) => line.isAfterBlank);
  return (groups.length > 0 ? groups : lines).map((line) => line.at);
};

function isBlankLine(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text[at] !== ' ' && text[at] !== '\t' && text[at] !== '\n') return false;
  return true;
}

/**
 * Behind every sentence: closing punctuation, white space, and something that can open a sentence; or the closing
 * punctuation of scripts that put no space behind it. Initials and usual abbreviations close nothing.
 */
export const sentenceCuts: CutText = (text, start, end) =>
  cutsAfter(text, start, end, SENTENCE_END).filter(
    (cut) => !ABBREVIATION.test(text.slice(Math.max(start, cut - 12), cut)),
  );

const SENTENCE_END =
  /[.!?…]["'”’»)\]]{0,4}\s+(?=["'“‘«([`*_]{0,4}[\p{Lu}\p{Lo}\p{N}])|[。！？｡！？]["'”’」』）]{0,4}\s*/gu;

const ABBREVIATION =
  /(?:^|[\s(])(?:\p{Lu}|e\.g|i\.e|cf|vs|etc|al|approx|resp|no|nos|fig|figs|eq|sec|ch|vol|pp|p|dr|mr|mrs|ms|prof|st|jr|inc|ltd|co|bzw|z\.B|d\.h)\.\s+$/iu;

function cutsAfter(text: string, start: number, end: number, pattern: RegExp): number[] {
  const cuts: number[] = [];
  for (const match of text.slice(start, end).matchAll(pattern)) {
    const cut = start + match.index + match[0].length;
    if (cut > start && cut < end) cuts.push(cut);
  }
  return cuts;
}
