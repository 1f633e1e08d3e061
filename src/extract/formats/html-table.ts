import { type HtmlElement, isElement } from './html-dom.js';

const MAX_COLUMNS = 64;
const MAX_REPEATED_CHARACTERS = 120;
/** A cell longer than this means that the table lays out a page. */
const MAX_CELL_CHARACTERS = 1500;

/** Rows of a table without those of tables inside it, with what marks header rows. */
export interface TableRow {
  readonly cells: readonly HtmlElement[];
  readonly isHeader: boolean;
}

/** Direct rows of a table, in the order written; a row group is read through. */
export function rowsOf(table: HtmlElement): TableRow[] {
  const rows: TableRow[] = [];
  const read = (parent: HtmlElement, isHead: boolean): void => {
    for (const child of parent.children) {
      if (child.localName === 'tr') rows.push(readRow(child, isHead));
      else if (/^(?:thead|tbody|tfoot)$/.test(child.localName)) read(child, child.localName === 'thead');
    }
  };
  read(table, false);
  return rows.filter((row) => row.cells.length > 0);
}

function readRow(tr: HtmlElement, isHead: boolean): TableRow {
  const cells = [...tr.children].filter((child) => child.localName === 'td' || child.localName === 'th');
  return { cells, isHeader: isHead || (cells.length > 1 && cells.every((cell) => cell.localName === 'th')) };
}

/** Whether a table only lays out a page, so that its cells are better read one after the other. */
export function isLayoutTable(table: HtmlElement, rows: readonly TableRow[]): boolean {
  const role = table.getAttribute('role');
  if (role === 'presentation' || role === 'none') return true;
  if (rows.length === 0 || rows.every((row) => row.cells.length === 1) || hasStrayContent(table)) return true;
  if (table.querySelector('table, h1, h2, h3') !== null) return true;
  return rows.some((row) => row.cells.some((cell) => (cell.textContent ?? '').length > MAX_CELL_CHARACTERS));
}

/** Whether text or other elements stand between rows or cells, where only rows and cells belong. */
function hasStrayContent(part: HtmlElement): boolean {
  for (const child of part.childNodes) {
    if (child.nodeType === 3 && (child.nodeValue ?? '').trim() !== '') return true;
    if (!isElement(child) || /^(?:td|th|caption|colgroup|col)$/.test(child.localName)) continue;
    if (!/^(?:thead|tbody|tfoot|tr)$/.test(child.localName) || hasStrayContent(child)) return true;
  }
  return false;
}

/** A pipe table. `render` turns one cell into a single line. Spans are filled in, so that every row reads alone. */
export function pipeTable(rows: readonly TableRow[], render: (cell: HtmlElement) => string): string {
  const grid = fillSpans(rows, render);
  const width = grid.reduce((widest, row) => Math.max(widest, row.length), 0);
  // Markdown demands a header; without one of its own a table's first row serves, unless its rows are labelled.
  const hasRowLabels = rows.some((row) => !row.isHeader && row.cells[0]?.localName === 'th');
  const hasHeader = rows[0]?.isHeader === true || (rows.length > 1 && !hasRowLabels);
  const header = hasHeader ? (grid[0] ?? []) : [];
  const body = hasHeader ? grid.slice(1) : grid;
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: width }, (_, at) => cells[at] ?? '').join(' | ')} |`;
  return [line(header), `| ${Array.from({ length: width }, () => '---').join(' | ')} |`, ...body.map(line)].join('\n');
}

interface Carried {
  readonly text: string;
  rows: number;
}

function fillSpans(rows: readonly TableRow[], render: (cell: HtmlElement) => string): string[][] {
  const carried = new Map<number, Carried>();
  return rows.map((row) => {
    const line: string[] = [];
    const takeCarried = (): void => {
      for (let over = carried.get(line.length); over !== undefined; over = carried.get(line.length)) {
        if (--over.rows <= 0) carried.delete(line.length);
        line.push(over.text);
      }
    };
    for (const cell of row.cells) {
      takeCarried();
      if (line.length >= MAX_COLUMNS) break;
      placeCell(cell, render(cell).replaceAll('|', '\\|'), { line, carried });
    }
    takeCarried();
    return line;
  });
}

function placeCell(cell: HtmlElement, text: string, grid: { line: string[]; carried: Map<number, Carried> }): void {
  const columns = spanOf(cell, 'colspan', MAX_COLUMNS - grid.line.length);
  const rows = spanOf(cell, 'rowspan', 1000);
  const repeated = text.length <= MAX_REPEATED_CHARACTERS ? text : '';
  for (let column = 0; column < columns; column++) {
    if (rows > 1) grid.carried.set(grid.line.length, { text: column === 0 ? repeated : '', rows: rows - 1 });
    grid.line.push(column === 0 ? text : '');
  }
}

function spanOf(cell: HtmlElement, attribute: string, limit: number): number {
  const span = Number(cell.getAttribute(attribute) ?? '1');
  return Number.isInteger(span) && span > 0 ? Math.min(span, Math.max(1, limit)) : 1;
}
