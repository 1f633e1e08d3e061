import type { TableCell } from '../pipe-table.js';
import { type CellWriter, dedented, type RstTable, widened } from './table-text.js';

interface Segment {
  readonly start: number;
  readonly end: number;
}

const BORDER = /^[ \t]*=+(?:[ \t]+=+)*[ \t]*$/;

/** Lines of the simple table (`==== ====`) that starts at line `at`; 0 when it has no end. */
export function simpleTableHeight(lines: readonly string[], at: number): number {
  let borders = 0;
  for (let index = at + 1; index < lines.length; index++) {
    if (!BORDER.test(lines[index] ?? '')) continue;
    borders++;
    if (borders === 2 || (lines[index + 1] ?? '').trim() === '') return index - at + 1;
  }
  return 0;
}

/** A simple table that `lines` draw, borders included. A row of dashes below a row says which columns its cells reach over. */
export function simpleTable(source: readonly string[], write: CellWriter): RstTable<TableCell> | undefined {
  const lines = source.map((line) => widened(line.trimEnd()));
  const columns = segmentsOf(lines[0] ?? '');
  const rows: TableCell[][] = [];
  let headerRows = 0;
  let pending: string[] = [];
  const flush = (segments: readonly Segment[]): void => {
    const groups = rowGroups(pending, columns[0]);
    groups.forEach((group, at) => {
      rows.push(cellsOf(group, at === groups.length - 1 ? segments : columns, { columns, write }));
    });
    pending = [];
  };
  lines.slice(1).forEach((line, at) => {
    if (BORDER.test(line) && line.trim() !== '') {
      flush(segmentsOf(line));
      if (at < lines.length - 2) headerRows = rows.length;
    } else if (/^[ \t]*-+(?:[ \t]+-+)*[ \t]*$/.test(line) && isRuler(line, columns)) flush(segmentsOf(line));
    else pending.push(line);
  });
  return rows.length === 0 ? undefined : { rows, headerRows };
}

/** Whether dashes are a ruler and not a cell of their own: they begin where columns begin and fill them. */
function isRuler(line: string, columns: readonly Segment[]): boolean {
  return segmentsOf(line).every(
    ({ start, end }) =>
      columns.some((column) => column.start === start) &&
      columns.some((column) => column.end <= end && column.start >= start),
  );
}

function segmentsOf(border: string): Segment[] {
  return [...border.matchAll(/[=-]+/g)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Lines of each row: a line with text in the first column begins one. */
function rowGroups(lines: readonly string[], first: Segment | undefined): string[][] {
  const groups: string[][] = [];
  for (const line of lines) {
    const begins = line.slice(first?.start ?? 0, first?.end ?? 0).trim() !== '';
    if (begins) groups.push([line]);
    else if (groups.length > 0 || line.trim() !== '') {
      const above = groups.at(-1);
      if (above === undefined) groups.push([line]);
      else above.push(line);
    }
  }
  return groups;
}

function cellsOf(
  group: readonly string[],
  segments: readonly Segment[],
  { columns, write }: { columns: readonly Segment[]; write: CellWriter },
): TableCell[] {
  return segments.map((segment, at) => {
    const next = segments[at + 1];
    // The last column may run over its border.
    const lines = group.map((line) => line.slice(segment.start, next?.start));
    const across = columns.filter(
      (column) => column.start >= segment.start && (next === undefined || column.start < next.start),
    ).length;
    return { text: write(dedented(lines)), columns: Math.max(1, across) };
  });
}
