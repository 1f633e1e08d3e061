import { cellLine, fillSpans, pipeTableLines, type TableCell } from '../pipe-table.js';
import { csvFormat, csvRows } from './csv-table.js';
import { gridTable } from './grid-table.js';
import { listRows } from './list-table.js';
import type { Directive, RstCursor } from './rst-cursor.js';
import { simpleTable, simpleTableHeight } from './simple-table.js';
import type { RstTable } from './table-text.js';

/** Cells with blocks of their own inside cells, at most this deep. */
const MAX_DEPTH = 3;
const BLOCKS = /^\s*(?:[-*+\u2022]\s|\d+[.)]\s|\.\.\s|\||\+-|>>>)|::$/;

/** Writes a table drawn at the cursor and passes it; false when there is none. */
export function readDrawnTable(cursor: RstCursor, indent: number): boolean {
  const text = cursor.peek(0).trim();
  const isGrid = /^\+(?:[-=]+\+)+$/.test(text);
  if (!isGrid && !/^=+(?:[ \t]+=+)+$/.test(text)) return false;
  const height = isGrid ? gridHeight(cursor) : simpleTableHeight(cursor.lines, cursor.at);
  if (height === 0) return false;
  const lines = cursor.lines
    .slice(cursor.at, cursor.at + height)
    .map((line) => line.slice(Math.min(indent, line.length - line.trimStart().length)));
  const write = (cell: readonly string[]): string => cellText(cursor, cell);
  const table: RstTable<TableCell> | undefined = isGrid ? gridTable(lines, write) : simpleTable(lines, write);
  if (table === undefined) return false;
  const pad = ' '.repeat(Math.min(3, Math.max(0, indent - cursor.shift)));
  cursor.replace(
    pipeTableLines(fillSpans(table.rows), table.headerRows > 0).map((line) => pad + line),
    height,
  );
  return true;
}

function gridHeight(cursor: RstCursor): number {
  let end = cursor.at;
  while (end < cursor.lines.length && /^[+|]/.test((cursor.lines[end] ?? '').trim())) end++;
  while (end > cursor.at && !(cursor.lines[end - 1] ?? '').trim().startsWith('+')) end--;
  return end - cursor.at;
}

/** A cell's lines as one: running text is joined, lists and other blocks are divided by `<br>`. */
function cellText(cursor: RstCursor, lines: readonly string[]): string {
  const inner = lines.filter((_line, at) => at > 0 && at < lines.length - 1).some((line) => line.trim() === '');
  if (cursor.context.depth >= MAX_DEPTH || !(inner || lines.some((line) => BLOCKS.test(line))))
    return cursor.inline.write(
      lines
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join(' '),
    );
  const text = cursor.context.convert(lines);
  return cellLine(
    text
      .split(/\n{2,}/)
      .map((block) =>
        /^\s*(?:```|\||- |\* |\d+\. )/m.test(block) ? block.trim() : block.trim().replace(/\s*\n\s*/g, ' '),
      ),
  );
}

/** A `csv-table`: the rows below, under its header. */
export function readCsvTable(cursor: RstCursor, directive: Directive): void {
  const { options, skipped, place } = directive;
  const { end, body } = cursor.body(cursor.at + 1 + skipped, place.indent);
  const format = csvFormat(options);
  const content = cursor.lines
    .slice(Math.min(end, cursor.at + 1 + skipped), end)
    .map((line) => (line.trim() === '' ? '' : line.slice(body)));
  const header = options.get('header');
  const headers = header === undefined ? [] : csvRows(header, format);
  if (options.has('file') || options.has('url')) cursor.losses.add('other');
  const rows = [...headers.slice(0, 1), ...csvRows(content.join('\n'), format)].map((row) =>
    row.map((cell) => cellText(cursor, cell.split('\n'))),
  );
  writeTable(cursor, directive, { rows, hasHeader: headers.length > 0 || count(options.get('header-rows')) > 0, end });
}

/** A `list-table`: a list of rows, each a list of cells. */
export function readListTable(cursor: RstCursor, directive: Directive): void {
  const { options, skipped, place } = directive;
  const { first, end, body } = cursor.body(cursor.at + 1 + skipped, place.indent);
  const content = cursor.lines.slice(first, end).map((line) => (line.trim() === '' ? '' : line.slice(body)));
  const rows = listRows(content).map((row) => row.map((cell) => cellText(cursor, cell)));
  writeTable(cursor, directive, { rows, hasHeader: count(options.get('header-rows')) > 0, end });
}

function count(value: string | undefined): number {
  return Number.parseInt(value ?? '0', 10) || 0;
}

function writeTable(
  cursor: RstCursor,
  { argument, skipped, place }: Directive,
  { rows, hasHeader, end }: { rows: readonly (readonly string[])[]; hasHeader: boolean; end: number },
): void {
  const pad = ' '.repeat(Math.min(3, place.column));
  const title = cursor.inline.write(argument).replaceAll('**', '');
  const lines = [...(title === '' ? [] : [`**${title}**`, '']), ...pipeTableLines(rows, hasHeader)];
  const above = cursor.out.at(-1) ?? '';
  const lead = title === '' && above !== '' ? [''] : [];
  cursor.replace(
    [...lead, ...lines].map((line) => (line === '' ? '' : pad + line)),
    Math.max(1 + skipped, end - cursor.at),
  );
}
