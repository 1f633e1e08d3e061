/** A part of a text: UTF-16 code unit offsets, `[start, end)`, no white space at its ends. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Longer paragraphs are parted at line ends and sentences. */
const LONGEST_UNIT = 400;

/**
 * What can be shown of a text alone: its paragraphs, long ones in parts. A heading, a paragraph that ends in a colon, and
 * one right in front of code stays with what it announces. Linear in the text.
 */
export function textUnits(text: string): TextSpan[] {
  const units: TextSpan[] = [];
  let announced: TextSpan | undefined;
  const paragraphs = [...paragraphsOf(text)];
  for (const [at, paragraph] of paragraphs.entries()) {
    const start = announced?.start ?? paragraph.start;
    const whole = { start, end: paragraph.end };
    const next = paragraphs[at + 1];
    const isBeforeCode = next !== undefined && FENCE.test(text.slice(next.start, next.start + 3));
    announced = isBeforeCode || announces(text.slice(paragraph.start, paragraph.end)) ? whole : undefined;
    if (announced === undefined) units.push(...partsOf(text, whole));
  }
  return announced === undefined ? units : [...units, ...partsOf(text, announced)];
}

const FENCE = /^(?:`{3}|~{3})/;

function announces(paragraph: string): boolean {
  return paragraph.endsWith(':') || /^#{1,6}\s[^\n]*$/.test(paragraph);
}

function* paragraphsOf(text: string): Generator<TextSpan> {
  let start = -1;
  let at = 0;
  let end = 0;
  for (const line of text.split('\n')) {
    const isBlank = line.trim() === '';
    if (isBlank && start >= 0) {
      yield { start, end };
      start = -1;
    }
    if (!isBlank) {
      if (start < 0) start = at + (line.length - line.trimStart().length);
      end = at + line.trimEnd().length;
    }
    at += line.length + 1;
  }
  if (start >= 0) yield { start, end };
}

/** The span, or runs of its sentences and lines that are no longer than a unit where that is possible. */
function partsOf(text: string, { start, end }: TextSpan): TextSpan[] {
  if (end - start <= LONGEST_UNIT) return [{ start, end }];
  const parts: TextSpan[] = [];
  let from = start;
  let to = start;
  for (const cut of cutsOf(text.slice(start, end))) {
    if (to > from && start + cut - from > LONGEST_UNIT) {
      parts.push(trimmed(text, from, to));
      from = to;
    }
    to = start + cut;
  }
  return [...parts, trimmed(text, from, to)];
}

/** Offsets behind each sentence and line, and behind words where those are too far from each other; the text's own end last. */
function cutsOf(text: string): number[] {
  const cuts = [...text.matchAll(/[.!?]\s+|\n/g)].map((match) => match.index + match[0].length);
  const near: number[] = [];
  for (const cut of cuts.at(-1) === text.length ? cuts : [...cuts, text.length]) {
    for (let from = near.at(-1) ?? 0; cut - from > LONGEST_UNIT; from = near.at(-1) ?? cut)
      near.push(wordEnd(text, from));
    near.push(cut);
  }
  return near;
}

/** Where a unit that begins at `from` is cut at the latest: behind a space, else between two characters. */
function wordEnd(text: string, from: number): number {
  const space = text.lastIndexOf(' ', from + LONGEST_UNIT - 1);
  if (space > from) return space + 1;
  const end = from + LONGEST_UNIT;
  return /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end;
}

function trimmed(text: string, start: number, end: number): TextSpan {
  const part = text.slice(start, end);
  return { start: start + part.length - part.trimStart().length, end: start + part.trimEnd().length };
}
