import { isColumnSet } from './pdf-column-text.js';
import type { PdfPiece, PdfRow } from './pdf-rows.js';

/** Rows that belong together: those of one column, or those between columns. */
export type PdfFlow = readonly PdfRow[];

/** Columns in columns deeper than this are read row by row. */
const MAX_DEPTH = 3;
/** Pages of more rows than any paper holds are read row by row. */
const MAX_ROWS = 600;
/** A column has at least so many lines. */
const MIN_LINES = 3;
/** So many rows may stand before the first one that has text on both sides of a gutter. */
const MAX_LEAD = 8;

/** A strip that no row of a band crosses, with how many pieces stand left and right of it. */
interface Gutter {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

interface Band {
  readonly end: number;
  /** Right end of each column but the last. */
  readonly borders: readonly number[];
}

/**
 * Brings a page's rows into the order in which they are read: columns one after the other, tables row by row. A column
 * border is a strip that no word crosses over many rows; text beside it that does not run on from line to line is a table.
 * @param rows from top to bottom
 */
export function readingOrder(rows: readonly PdfRow[], depth = 0): PdfFlow[] {
  const flows: PdfRow[][] = [];
  let open: PdfRow[] = [];
  const close = (): void => {
    if (open.length > 0) flows.push(open);
    open = [];
  };
  for (let at = 0; at < rows.length; ) {
    const band = depth < MAX_DEPTH && rows.length <= MAX_ROWS ? growBand(rows, at) : undefined;
    const columns = band === undefined ? [] : splitAt(rows.slice(at, band.end), band.borders);
    if (band === undefined || !isColumnSet(columns)) {
      // Rows of what turned out to be a table are not tried again one by one.
      const end = band?.end ?? at + 1;
      open.push(...rows.slice(at, end));
      at = end;
      continue;
    }
    close();
    for (const column of columns) for (const flow of readingOrder(column, depth + 1)) flows.push([...flow]);
    at = band.end;
  }
  close();
  return flows;
}

/** The longest band of rows from a place on that share a gutter with enough lines on both sides. */
function growBand(rows: readonly PdfRow[], start: number): Band | undefined {
  let gutters: Gutter[] = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, before: 0, after: 0 }];
  let best: Band | undefined;
  for (let at = start; at < rows.length; at++) {
    const row = rows[at];
    if (row === undefined) break;
    const next = gutters.flatMap((gutter) => narrow(gutter, row));
    const hadInner = gutters.some(isInner);
    if (hadInner ? !next.some(isInner) : at - start >= MAX_LEAD) break;
    gutters = next;
    const solid = gutters.filter((gutter) => gutter.before >= MIN_LINES && gutter.after >= MIN_LINES);
    if (solid.length > 0) best = { end: at + 1, borders: solid.map((gutter) => (gutter.from + gutter.to) / 2) };
    // A gutter that was the border of many rows is not given up for a row that crosses it.
    else if (best !== undefined) break;
  }
  return best;
}

function isInner(gutter: Gutter): boolean {
  return gutter.before > 0 && gutter.after > 0;
}

/** What a row leaves free of a gutter, in as many parts as its pieces make of it. */
function narrow(gutter: Gutter, row: PdfRow): Gutter[] {
  const parts: Gutter[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (let passed = 0; passed <= row.pieces.length; passed++) {
    const piece = row.pieces[passed];
    const left = Math.max(gutter.from, from);
    const right = Math.min(gutter.to, piece?.x ?? Number.POSITIVE_INFINITY);
    if (right - left >= row.size * 0.6)
      parts.push({
        from: left,
        to: right,
        before: gutter.before + passed,
        after: gutter.after + row.pieces.length - passed,
      });
    if (piece !== undefined) from = Math.max(from, piece.right);
    if (from >= gutter.to) break;
  }
  return parts;
}

/** Rows of each column. */
function splitAt(rows: readonly PdfRow[], borders: readonly number[]): PdfRow[][] {
  const columns: PdfRow[][] = Array.from({ length: borders.length + 1 }, () => []);
  for (const row of rows) {
    const cells: PdfPiece[][] = columns.map(() => []);
    for (const piece of row.pieces) cells[borders.filter((border) => piece.x > border).length]?.push(piece);
    cells.forEach((pieces, at) => {
      const first = pieces[0];
      if (first !== undefined) columns[at]?.push({ pieces, y: first.y, size: first.size });
    });
  }
  return columns.map((column) => column.sort((a, b) => b.y - a.y));
}
