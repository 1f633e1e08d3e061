import { QuarryError } from '../../core/errors.js';
import { brokenOffice, type OfficeArchive, officeProperties } from './office-archive.js';
import { sheetMarkdown } from './office-table.js';
import { childOf, elementsOf, textIn, type XmlElement } from './office-xml.js';
import type { ParsedBody } from './parsed-document.js';
import { numberPattern, shownNumber } from './sheet-number.js';

const MAX_CELLS = 2_000_000;

interface Workbook {
  readonly strings: readonly string[];
  /** Number pattern of each cell style. */
  readonly patterns: readonly string[];
  readonly is1904: boolean;
}

/**
 * Reads an Excel workbook as Markdown: each visible sheet a section, its rows tables, values as their cells show them.
 * Formulas give the value that was last worked out; hidden sheets are left out.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parseXlsx(archive: OfficeArchive): ParsedBody {
  const main =
    [...archive.relations('').values()].find((relation) => relation.type === 'officeDocument')?.target ??
    'xl/workbook.xml';
  const root = archive.xml(main);
  if (root?.name !== 'x:workbook') throw brokenOffice('it is not an Excel workbook');
  const relations = archive.relations(main);
  const part = (type: string): XmlElement | undefined =>
    archive.xml([...relations.values()].find((relation) => relation.type === type)?.target ?? '');
  const workbook: Workbook = {
    strings: childElements(part('sharedStrings'), 'x:si').map(richText),
    patterns: patternsOf(part('styles')),
    is1904: /^(?:1|true)$/.test(childOf(root, 'x:workbookPr')?.attributes['date1904'] ?? ''),
  };
  const sections: string[] = [];
  let hidden = 0;
  let left = MAX_CELLS;
  for (const sheet of childElements(childOf(root, 'x:sheets'), 'x:sheet')) {
    if (/hidden/i.test(sheet.attributes['state'] ?? '')) {
      hidden++;
      continue;
    }
    const target = relations.get(sheet.attributes['r:id'] ?? '')?.target;
    const data = childOf(target === undefined ? undefined : archive.xml(target), 'x:sheetData');
    const rows = readRows(data, workbook);
    left -= rows.reduce((sum, row) => sum + row.length, 0);
    if (left < 0) throw tooManyCells();
    const text = sheetMarkdown(rows);
    if (text !== '') sections.push(`## ${(sheet.attributes['name'] ?? '').trim()}\n\n${text}`);
  }
  return {
    ...officeProperties(archive),
    text: sections.join('\n\n'),
    format: 'markdown',
    losses: hidden > 0 ? { other: hidden } : {},
  };
}

function childElements(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent === undefined ? [] : elementsOf(parent).filter((child) => child.name === name);
}

/** Text of a shared or inline string; readings beside it (ruby) are left out. */
function richText(element: XmlElement): string {
  return elementsOf(element)
    .filter((child) => child.name === 'x:t' || child.name === 'x:r')
    .map((child) => (child.name === 'x:t' ? textIn(child) : textIn(childOf(child, 'x:t'))))
    .join('');
}

function patternsOf(styles: XmlElement | undefined): string[] {
  const own = new Map(
    childElements(childOf(styles, 'x:numFmts'), 'x:numFmt').map(
      (format) => [Number(format.attributes['numFmtId']), format.attributes['formatCode'] ?? ''] as const,
    ),
  );
  return childElements(childOf(styles, 'x:cellXfs'), 'x:xf').map((style) =>
    numberPattern(Number(style.attributes['numFmtId'] ?? 0), own),
  );
}

function readRows(data: XmlElement | undefined, workbook: Workbook): string[][] {
  const rows: string[][] = [];
  let before = 0;
  for (const row of childElements(data, 'x:row')) {
    const number = Number(row.attributes['r'] ?? before + 1);
    // Any number of empty rows divides two tables.
    if (number > before + 1 && rows.length > 0) rows.push([]);
    before = number;
    if (row.attributes['hidden'] === '1') continue;
    const cells: string[] = [];
    for (const cell of childElements(row, 'x:c')) {
      const column = columnOf(cell.attributes['r'] ?? '') ?? cells.length;
      while (cells.length < column) cells.push('');
      cells[column] = cellText(cell, workbook);
    }
    rows.push(cells);
  }
  return rows;
}

/** Column of a reference such as `AB12`, from 0; undefined for none and for one beyond what sheets have. */
function columnOf(reference: string): number | undefined {
  const letters = /^([A-Z]{1,3})\d/.exec(reference)?.[1];
  if (letters === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function cellText(cell: XmlElement, workbook: Workbook): string {
  const value = textIn(childOf(cell, 'x:v'));
  switch (cell.attributes['t']) {
    case 's':
      return workbook.strings[Number(value)] ?? '';
    case 'inlineStr':
      return childOf(cell, 'x:is') === undefined ? value : richText(childOf(cell, 'x:is') ?? cell);
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'str':
    case 'e':
    case 'd':
      return value;
    default: {
      const number = Number(value);
      if (value === '' || Number.isNaN(number)) return value;
      return shownNumber(number, workbook.patterns[Number(cell.attributes['s'] ?? 0)] ?? 'General', workbook.is1904);
    }
  }
}

function tooManyCells(): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', `The workbook has more than ${MAX_CELLS} cells.`, {
    hint: 'Split the workbook, or export the sheets that matter as CSV.',
  });
}
