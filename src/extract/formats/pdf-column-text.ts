import type { PdfRow } from './pdf-rows.js';

/** What tells a column of running text from a column of a table. */
interface ColumnFacts {
  readonly lines: number;
  /** Average length of a line in characters. */
  readonly length: number;
  /** Share of lines that go on in the middle of a sentence. */
  readonly runOn: number;
  /** Share of lines that end in a number, as those of an index do. */
  readonly numbered: number;
  readonly isMonospace: boolean;
  /** Heights at which a paragraph or cell begins after a larger distance. */
  readonly breaks: readonly number[];
  readonly size: number;
  readonly width: number;
}

/** Whether rows side by side are columns that are read one after the other, and not cells of a table. */
export function isColumnSet(columns: readonly (readonly PdfRow[])[]): boolean {
  const facts = columns.map(factsOf);
  if (facts.length < 2 || facts.some((fact) => fact.lines < 3) || facts.every((fact) => fact.isMonospace)) return false;
  if (facts.every((fact) => fact.lines >= 10 && fact.length >= 6 && fact.numbered >= 0.5)) return areAlike(facts);
  if (facts.some((fact) => fact.length < 12) || isTableOfParagraphs(facts)) return false;
  const running = facts.filter((fact) => fact.length >= 15 && fact.runOn >= 0.25);
  return running.length * 2 > facts.length || (running.length * 2 === facts.length && areAlike(facts));
}

function factsOf(column: readonly PdfRow[]): ColumnFacts {
  const texts = column.map((row) => row.pieces.map((piece) => piece.text).join(' '));
  const pieces = column.flatMap((row) => row.pieces);
  const gaps = column.slice(1).map((row, at) => (column[at]?.y ?? row.y) - row.y);
  const leading = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 12;
  return {
    lines: column.length,
    length: texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length),
    runOn: texts.slice(1).filter((text, at) => goesOn(texts[at] ?? '', text)).length / Math.max(1, texts.length - 1),
    numbered: texts.filter((text) => /\p{L}.*\d[\d, \u2013-]*$/u.test(text)).length / Math.max(1, texts.length),
    isMonospace: pieces.filter((piece) => piece.isMonospace).length * 2 > pieces.length,
    breaks: column.slice(1).flatMap((row, at) => ((gaps[at] ?? 0) > leading * 1.25 ? [row.y] : [])),
    size: column[0]?.size ?? 10,
    width: Math.max(...pieces.map((piece) => piece.right)) - Math.min(...pieces.map((piece) => piece.x)),
  };
}

/** Whether one line goes on in the next: in small letters, or in a script without them from a full line. */
function goesOn(above: string, below: string): boolean {
  if (/^[\p{Ll}(]/u.test(below)) return !/[.!?:;]$/.test(above) || /^\p{Ll}/u.test(below);
  if (/[-\u00ad\u2010,]$/.test(above)) return true;
  return /\p{Lo}$/u.test(above) && /^\p{Lo}/u.test(below);
}

/** Whether cells of several lines begin at the same height in every column, time and again. */
function isTableOfParagraphs(facts: readonly ColumnFacts[]): boolean {
  return facts.every((fact, at) => {
    if (fact.breaks.length < 2) return false;
    const others = facts.filter((_, other) => other !== at);
    const shared = fact.breaks.filter((y) =>
      others.every((other) => other.breaks.some((place) => Math.abs(place - y) < fact.size * 0.4)),
    );
    return shared.length >= fact.breaks.length * 0.75;
  });
}

function areAlike(facts: readonly ColumnFacts[]): boolean {
  const widths = facts.map((fact) => fact.width);
  return Math.max(...widths) <= Math.min(...widths) * 1.6;
}
