import { findFirst, type HtmlElement, isElement, named } from './html-dom.js';
import { fillSpans, MAX_TABLE_COLUMNS, pipeTableLines, type TableCell } from './pipe-table.js';

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
  // Markdown demands a header; without one of its own a table's first row serves, unless its rows are labelled.
  const hasRowLabels = rows.some((row) => !row.isHeader && row.cells[0]?.localName === 'th');
  const hasHeader = rows[0]?.isHeader === true || (rows.length > 1 && !hasRowLabels);
  return pipeTableLines(gridOf(rows, render), hasHeader).join('\n');
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

/** Rows in which every cell stands in its own column; no span reaches out of its row group. */
function gridOf(rows: readonly TableRow[], render: (cell: HtmlElement) => string): string[][] {
  // Each cell has a column at least, so that those beyond the last one need not be written.
  const toCells = ({ cells }: TableRow): TableCell[] =>
    cells.slice(0, MAX_TABLE_COLUMNS).map((cell) => ({
      text: render(cell),
      columns: spanOf(cell, 'colspan', MAX_TABLE_COLUMNS),
      rows: spanOf(cell, 'rowspan', 65_534),
    }));
  const groups: TableCell[][][] = [];
  for (const [at, row] of rows.entries()) {
    if (row.group !== rows[at - 1]?.group) groups.push([]);
    groups.at(-1)?.push(toCells(row));
  }
  return groups.flatMap(fillSpans);
}

/** As the standard reads it: leading digits count, and no rows at all means all that are left. */
function spanOf(cell: HtmlElement, attribute: 'colspan' | 'rowspan', limit: number): number {
  const span = Number.parseInt(cell.getAttribute(attribute) ?? '1', 10);
  if (span === 0 && attribute === 'rowspan') return limit;
  return Number.isInteger(span) && span > 0 ? Math.min(span, Math.max(1, limit)) : 1;
}
