import { findFirst, type HtmlElement, isElement, named } from './html-dom.js';

const MAX_COLUMNS = 64;
const MAX_REPEATED_CHARACTERS = 120;
/** A cell longer than this means that the table lays out a page. */
const MAX_CELL_CHARACTERS = 1500;

/** Rows of a table without those of tables inside it, with what marks header rows. */
export interface TableRow {
  readonly cells: readonly HtmlElement[];
  readonly isHeader: boolean;
  /** Number of the row group: no cell reaches out of it. */
  readonly group: number;
}

/** Direct rows of a table as they are shown: head groups first, foot groups last. */
export function rowsOf(table: HtmlElement): TableRow[] {
  const parts: Record<'thead' | 'tbody' | 'tfoot', TableRow[]> = { thead: [], tbody: [], tfoot: [] };
  let groups = 0;
  const read = (parent: HtmlElement, part: 'thead' | 'tbody' | 'tfoot'): void => {
    const group = groups++;
    for (const child of parent.children) {
      const name = child.localName;
      if (name === 'tr') parts[part].push(readRow(child, part === 'thead', group));
      else if (name === 'thead' || name === 'tbody' || name === 'tfoot') read(child, name);
    }
  };
  read(table, 'tbody');
  return [...parts.thead, ...parts.tbody, ...parts.tfoot].filter((row) => row.cells.length > 0);
}

function readRow(tr: HtmlElement, isHead: boolean, group: number): TableRow {
  const cells = tr.children.filter(named('td', 'th'));
  const titled = cells.filter((cell) => cell.localName === 'th');
  // The corner over the labels of rows is often left empty.
  const isTitled =
    cells.length > 1 &&
    titled.length > 0 &&
    cells.every(
      (cell, at) => cell.localName === 'th' || (at === 0 && titled.length > 1 && cell.textContent.trim() === ''),
    );
  return { cells, isHeader: isHead || isTitled, group };
}

/** Whether a table only lays out a page, so that its cells are better read one after the other. */
export function isLayoutTable(table: HtmlElement, rows: readonly TableRow[]): boolean {
  const role = table.getAttribute('role')?.toLowerCase();
  if (role === 'presentation' || role === 'none') return true;
  if (rows.length === 0 || rows.every((row) => row.cells.length === 1) || hasStrayContent(table)) return true;
  const cells = rows.flatMap((row) => row.cells);
  if (cells.some((cell) => cell.textContent.length > MAX_CELL_CHARACTERS)) return true;
  if (findFirst(table, named('h1', 'h2', 'h3')) !== undefined) return true;
  return findFirst(table, named('table')) !== undefined && !holdsData(rows, cells);
}

/** Whether a table with tables inside has rows and columns of its own: most of its cells are plain ones. */
function holdsData(rows: readonly TableRow[], cells: readonly HtmlElement[]): boolean {
  const isNested = (cell: HtmlElement): boolean => findFirst(cell, named('table')) !== undefined;
  const plain = cells.filter((cell) => !isNested(cell) && cell.textContent.trim() !== '').length;
  return rows.length >= 2 && plain > cells.length / 2;
}

/** Whether text or other elements stand between rows or cells, where only rows and cells belong. */
function hasStrayContent(part: HtmlElement): boolean {
  for (const child of part.childNodes) {
    if (!isElement(child)) {
      if (child.nodeValue.trim() !== '') return true;
    } else if (!/^(?:td|th|caption|colgroup|col|form|input|a)$/.test(child.localName)) {
      if (!/^(?:thead|tbody|tfoot|tr)$/.test(child.localName) || hasStrayContent(child)) return true;
    }
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

/** A table on one line, as it stands in a cell of another: its cells between commas, its rows between breaks. */
export function flatTable(rows: readonly TableRow[], render: (cell: HtmlElement) => string): string {
  return rows
    .map((row) =>
      row.cells
        .map(render)
        .filter((text) => text !== '')
        .join(', '),
    )
    .filter((text) => text !== '')
    .join('\n');
}

interface Carried {
  readonly text: string;
  rows: number;
}

function fillSpans(rows: readonly TableRow[], render: (cell: HtmlElement) => string): string[][] {
  const carried = new Map<number, Carried>();
  let group: number | undefined;
  return rows.map((row) => {
    if (row.group !== group) carried.clear();
    group = row.group;
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
  const rows = spanOf(cell, 'rowspan', 65_534);
  const repeated = text.length <= MAX_REPEATED_CHARACTERS ? text : '';
  for (let column = 0; column < columns; column++) {
    if (rows > 1) grid.carried.set(grid.line.length, { text: column === 0 ? repeated : '', rows: rows - 1 });
    grid.line.push(column === 0 ? text : '');
  }
}

/** As the standard reads it: leading digits count, and no rows at all means all that are left. */
function spanOf(cell: HtmlElement, attribute: 'colspan' | 'rowspan', limit: number): number {
  const span = Number.parseInt(cell.getAttribute(attribute) ?? '1', 10);
  if (span === 0 && attribute === 'rowspan') return limit;
  return Number.isInteger(span) && span > 0 ? Math.min(span, Math.max(1, limit)) : 1;
}
