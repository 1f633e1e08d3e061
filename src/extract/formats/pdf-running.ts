import type { PdfItem, PdfItems } from './pdf-items.js';
import type { PdfRow } from './pdf-rows.js';

/** A page's rows with its height in points. */
export interface PdfRowPage {
  readonly rows: readonly PdfRow[];
  readonly height: number;
}

/** Share of a page at its top and bottom where running lines stand. */
const EDGE = 0.09;
/** Where the outermost rows of a page may still be running lines. */
const WIDE_EDGE = 0.15;

/** Text that is drawn across most pages in the same place, turned or far larger than the rest, is a watermark and is taken out. */
export function withoutWatermarks(pages: readonly PdfItems[]): PdfItems[] {
  const counts = new Map<string, number>();
  const marks = pages.map((page) => new Set([...page.turned, ...hugeItems(page)].map(markOf)));
  for (const page of marks) for (const mark of page) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const most = Math.max(2, pages.length * 0.6);
  const isMark = (item: PdfItem): boolean => (counts.get(markOf(item)) ?? 0) >= most;
  return pages.map((page) => {
    const huge = new Set(hugeItems(page).filter(isMark));
    return {
      ...page,
      upright: page.upright.filter((item) => !huge.has(item)),
      turned: page.turned.filter((item) => !isMark(item)),
    };
  });
}

/** Letters several times as large as a page's others, below its heading. */
function hugeItems(page: PdfItems): PdfItem[] {
  const sizes = page.upright.map((item) => item.size).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return page.upright.filter((item) => item.size > usual * 2.5 && item.y < page.height * 0.8 && sizes.length > 5);
}

function markOf(item: PdfItem): string {
  return `${item.text.trim()} ${Math.round(item.size)} ${Math.round(item.x / 4)} ${Math.round(item.y / 4)}`;
}

/**
 * Drops headers, footers and page numbers: rows near an edge that most pages share, digits aside; rows that carry a number
 * which counts with the pages; and rows at the height of those whose words stand at the edge of several pages (the names of
 * chapters). A row whose words stand on one page only and carry no page number stays.
 */
export function withoutRunningRows(pages: readonly PdfRowPage[]): PdfRowPage[] {
  const edges = pages.map(edgeRows);
  const shapes = countBy(edges, (row) => [shapeOf(row)]);
  const words = countBy(edges, (row) => [wordsOf(row)]);
  const numbers = edges.map((rows, page) => rows.map((row) => ({ row, offsets: offsetsOf(row, page) })));
  const offsets = countBy(numbers, ({ offsets: found }) => found);
  const most = Math.max(3, pages.length * 0.5);
  const counting = new Set(
    [...offsets].filter(([, count]) => count >= Math.max(3, pages.length * 0.3)).map(([offset]) => offset),
  );
  const heights = countBy(numbers, ({ row, offsets: found }) =>
    found.some((offset) => counting.has(offset)) ? [heightOf(row)] : [],
  );
  const isUsualHeight = (row: PdfRow): boolean =>
    [-1, 0, 1].reduce((sum, step) => sum + (heights.get(heightOf(row) + step) ?? 0), 0) >=
    Math.max(3, pages.length * 0.1);
  const isRunning = (row: PdfRow, page: number): boolean => {
    if ((shapes.get(shapeOf(row)) ?? 0) >= most) return true;
    if (!isUsualHeight(row)) return false;
    return (
      offsetsOf(row, page).some((offset) => counting.has(offset)) ||
      /^[ivxlc\d]+$/.test(textOf(row)) ||
      (words.get(wordsOf(row)) ?? 0) >= 2
    );
  };
  return pages.map((page, at) => {
    const running = new Set(edges[at]?.filter((row) => isRunning(row, at)));
    return { ...page, rows: page.rows.filter((row) => !running.has(row)) };
  });
}

/** Rows near the upper and lower edge, and the outermost ones a little further in. */
function edgeRows(page: PdfRowPage): PdfRow[] {
  const { rows, height } = page;
  const isOutermost = (row: PdfRow): boolean =>
    (row === rows[0] && row.y > height * (1 - WIDE_EDGE)) || (row === rows.at(-1) && row.y < height * WIDE_EDGE);
  return rows.filter((row) => row.y > height * (1 - EDGE) || row.y < height * EDGE || isOutermost(row));
}

/** On how many pages each key stands. */
function countBy<T>(
  pages: readonly (readonly T[])[],
  keysOf: (entry: T) => readonly (string | number)[],
): Map<string | number, number> {
  const counts = new Map<string | number, number>();
  for (const page of pages)
    for (const key of new Set(page.flatMap(keysOf))) if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function textOf(row: PdfRow): string {
  return row.pieces.map((piece) => piece.text.trim()).join(' ');
}

function shapeOf(row: PdfRow): string {
  return textOf(row).replace(/\d+/g, '0').replace(/\s+/g, ' ').trim();
}

function wordsOf(row: PdfRow): string {
  return textOf(row)
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
}

function heightOf(row: PdfRow): number {
  return Math.round(row.y / 2);
}

/** What the numbers at either end of a row are above the page's place in the file; Roman ones apart. */
function offsetsOf(row: PdfRow, page: number): string[] {
  const text = textOf(row);
  const found = [/^\W*(\d{1,5})(?!\S)/.exec(text)?.[1], /(?<!\S)(?:page )?(?:[\w.]+-)?(\d{1,5})\W*$/i.exec(text)?.[1]]
    .filter((number) => number !== undefined)
    .map((number) => String(Number(number) - page));
  const roman = /(?:^|\s)([ivxl]{1,7})$/.exec(text)?.[1] ?? /^([ivxl]{1,7})(?=\s|$)/.exec(text)?.[1];
  return roman === undefined ? found : [...found, `r${romanValue(roman) - page}`];
}

function romanValue(roman: string): number {
  const values: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50 };
  let sum = 0;
  [...roman].forEach((letter, at) => {
    const value = values[letter] ?? 0;
    sum += value < (values[roman[at + 1] ?? ''] ?? 0) ? -value : value;
  });
  return sum;
}
