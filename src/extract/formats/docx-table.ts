import { childOf, elementsOf, type XmlElement } from './office-xml.js';

const MAX_SPAN = 64;

interface Cell {
  readonly element: XmlElement;
  readonly column: number;
  readonly columns: number;
  rows: number;
}

/** A Word table as HTML: spans as in HTML, a table in a cell as lines of it. */
export function docxTable(table: XmlElement, render: (cell: XmlElement) => string): string {
  const open = new Map<number, Cell>();
  const rows = rowsOf(table).map((row) => ({ isHeader: isHeader(row), cells: readRow(row, open) }));
  const body = rows
    .filter((row) => row.cells.length > 0)
    .map(({ isHeader: head, cells }) => {
      const tag = head ? 'th' : 'td';
      return `<tr>${cells.map((cell) => `<${tag} colspan="${cell.columns}" rowspan="${cell.rows}">${flat(cell.element, render)}</${tag}>`).join('')}</tr>`;
    });
  return `<table>${body.join('')}</table>`;
}

function rowsOf(parent: XmlElement): XmlElement[] {
  return elementsOf(parent).flatMap((child) => {
    if (child.name === 'w:tr') return childOf(child, 'w:trPr', 'w:del') === undefined ? [child] : [];
    return child.name === 'w:tblPr' || child.name === 'w:del' ? [] : rowsOf(child);
  });
}

function cellsOf(parent: XmlElement): XmlElement[] {
  return elementsOf(parent).flatMap((child) =>
    child.name === 'w:tc' ? [child] : child.name.endsWith('Pr') ? [] : cellsOf(child),
  );
}

function isHeader(row: XmlElement): boolean {
  return childOf(row, 'w:trPr', 'w:tblHeader') !== undefined;
}

function readRow(row: XmlElement, open: Map<number, Cell>): Cell[] {
  const before = Number(childOf(row, 'w:trPr', 'w:gridBefore')?.attributes['w:val'] ?? 0);
  const cells: Cell[] = [];
  let column = Math.min(MAX_SPAN, Math.max(0, before || 0));
  for (const element of cellsOf(row)) {
    const properties = childOf(element, 'w:tcPr');
    const span = Number(childOf(properties, 'w:gridSpan')?.attributes['w:val'] ?? 1);
    const columns = Number.isInteger(span) && span > 0 ? Math.min(span, MAX_SPAN) : 1;
    const merge = childOf(properties, 'w:vMerge');
    const above = merge !== undefined && merge.attributes['w:val'] !== 'restart' ? open.get(column) : undefined;
    if (above !== undefined) above.rows++;
    else {
      const cell: Cell = { element, column, columns, rows: 1 };
      cells.push(cell);
      if (merge === undefined) open.delete(column);
      else open.set(column, cell);
    }
    column += columns;
  }
  return cells;
}

/** A cell's content; tables in it become lines, so that the outer one keeps its rows. */
function flat(cell: XmlElement, render: (cell: XmlElement) => string): string {
  const children = cell.children.flatMap((child) =>
    typeof child !== 'string' && child.name === 'w:tbl' ? rowsOf(child).map(lineOf) : [child],
  );
  return render({ ...cell, children }).replace(/<(\/?)h[1-6]>/g, '<$1p>');
}

/** Cells of a row of an inner table as one paragraph. */
function lineOf(row: XmlElement): XmlElement {
  const runs = cellsOf(row).flatMap((cell, at): XmlElement[] => [
    ...(at === 0
      ? []
      : [{ name: 'w:r', attributes: {}, children: [{ name: 'w:t', attributes: {}, children: [', '] }] }]),
    ...paragraphsOf(cell),
  ]);
  return { name: 'w:p', attributes: {}, children: runs };
}

function paragraphsOf(parent: XmlElement): XmlElement[] {
  return elementsOf(parent).flatMap((child) => {
    if (child.name === 'w:p')
      return [{ ...child, name: 'w:smartTag', children: elementsOf(child).filter((inner) => inner.name !== 'w:pPr') }];
    return child.name.endsWith('Pr') ? [] : paragraphsOf(child);
  });
}
