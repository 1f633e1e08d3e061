import type { PdfFlow } from './pdf-columns.js';
import type { PdfPiece, PdfRow } from './pdf-rows.js';

/** A line of a page as it is read. */
export interface PdfLine {
  readonly text: string;
  /** Font size in points, of most of the line. */
  readonly size: number;
  /** Distance of the baseline from the page's bottom, and of both ends from its left. */
  readonly y: number;
  readonly x: number;
  readonly right: number;
  readonly isMonospace: boolean;
  /** Whether wide gaps divide the line into cells. */
  readonly isTabular: boolean;
  /** Whether it is an entry of a table of contents, led to its page number by dots. */
  readonly isEntry: boolean;
  /** Average width of a character in points. */
  readonly charWidth: number;
  /** Whether it is the first one of a page or column. */
  readonly startsFlow: boolean;
}

/** Dots that lead to the end of a line are at least so many, and to a page number so many. */
const MIN_LEADERS = 4;
const MIN_LEADERS_TO_NUMBER = 2;
const MAX_PAGE_NUMBER_CHARACTERS = 8;
/** Marks and numbers that the gap behind them sets off from the text of an item. */
const ITEM_MARK = /^(?:[\p{Po}\p{S}\uf0b7o-]|\(?[\p{L}\p{N}]{1,3}[.)]|\d+(?:\.\d+)+)$/u;

/** Lines of a page's flows in reading order. */
export function linesOfFlows(flows: readonly PdfFlow[]): PdfLine[] {
  return flows.flatMap((flow) =>
    flow.flatMap((row, at) => {
      const parts = splitBySize(row);
      return parts.map((part, index) => ({ ...lineOf(part), startsFlow: at === 0 && index === 0 }));
    }),
  );
}

/** Words of very different size that happen to stand on one height are two lines. */
function splitBySize(row: PdfRow): PdfPiece[][] {
  const groups: PdfPiece[][] = [];
  for (const piece of row.pieces) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const isApart = before !== undefined && piece.x - before.right > row.size * 2;
    const isOther = before !== undefined && Math.max(piece.size, before.size) > Math.min(piece.size, before.size) * 1.3;
    if (group === undefined || (isApart && isOther)) groups.push([piece]);
    else group.push(piece);
  }
  return groups;
}

function lineOf(pieces: readonly PdfPiece[]): Omit<PdfLine, 'startsFlow'> {
  let text = '';
  let isTabular = false;
  pieces.forEach((piece, at) => {
    const before = pieces[at - 1];
    if (before === undefined) text = piece.text;
    else {
      const isGap =
        Math.abs(piece.x - before.right) > piece.size * 2 && !(at === 1 && ITEM_MARK.test(before.text.trim()));
      if (isGap) isTabular = true;
      text = `${text.trimEnd()}${blanksBetween(before, piece, isGap)}${piece.text}`;
    }
  });
  const longest = pieces.reduce<PdfPiece | undefined>(
    (best, piece) => (best === undefined || piece.text.length > best.text.length ? piece : best),
    undefined,
  );
  const entry = withoutLeaders(text);
  return {
    text: (entry ?? text).trimEnd(),
    size: longest?.size ?? 10,
    y: longest?.y ?? 0,
    x: Math.min(...pieces.map((piece) => piece.x)),
    right: Math.max(...pieces.map((piece) => piece.right)),
    isMonospace: pieces.every((piece) => piece.isMonospace),
    isTabular: isTabular && entry === undefined,
    isEntry: entry !== undefined,
    charWidth: longest?.charWidth ?? 5,
  };
}

function blanksBetween(before: PdfPiece, piece: PdfPiece, isGap: boolean): string {
  if (before.isMonospace && piece.isMonospace)
    return ' '.repeat(Math.min(80, Math.max(1, Math.round((piece.x - before.right) / Math.max(1, piece.charWidth)))));
  return isGap ? '   ' : ' ';
}

/** A line for words that stand beside a page's text, such as a reader's note. */
export function noteLine(text: string): PdfLine {
  const place = { size: 1, y: 0, x: 0, right: 0, charWidth: 1 };
  return { text, ...place, isMonospace: false, isTabular: false, isEntry: false, startsFlow: true };
}

/** The text of a contents entry with one ellipsis for its dots; undefined where no dots lead to the line's end. */
function withoutLeaders(text: string): string | undefined {
  const isDot = (at: number): boolean => '.\u00b7\u2026_'.includes(text[at] ?? ' ');
  const isBlank = (at: number): boolean => (text[at] ?? 'x').trim() === '';
  let end = text.length;
  while (end > 0 && !isDot(end - 1) && !isBlank(end - 1) && text.length - end < MAX_PAGE_NUMBER_CHARACTERS) end--;
  let from = end;
  let dots = 0;
  while (from > 0 && (isDot(from - 1) || isBlank(from - 1))) if (isDot(--from)) dots++;
  const isNumber = /^(?:\d+|[ivxlc]+)$/.test(text.slice(end)) && text.slice(from, end).includes('. .');
  if (dots < (isNumber ? MIN_LEADERS_TO_NUMBER : MIN_LEADERS) || from === 0) return undefined;
  return `${text.slice(0, from)} \u2026 ${text.slice(end)}`.replace(/\s+/g, ' ').trim();
}
