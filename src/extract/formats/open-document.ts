import { fragmentToMarkdown } from './html.js';
import { isoTime } from './iso-time.js';
import { firstHeading } from './markdown.js';
import { brokenOffice, type OfficeArchive } from './office-archive.js';
import { sheetMarkdown } from './office-table.js';
import { childOf, descendantsOf, elementsOf, textIn, type XmlElement } from './office-xml.js';
import { OpenStyles } from './open-styles.js';
import { OpenText } from './open-text.js';
import type { ParsedBody } from './parsed-document.js';

const MAX_REPEATED = 1000;
const MAX_COLUMNS = 200;

/**
 * Reads an OpenDocument text, spreadsheet or presentation (ODT, ODS, ODP) as Markdown: headings by outline level, sheets and
 * slides as sections. Hidden sheets, deleted text and readers' notes are left out.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parseOpenDocument(archive: OfficeArchive, uri: string): ParsedBody {
  if (/manifest:encryption-data/.test(archive.text('META-INF/manifest.xml') ?? ''))
    throw brokenOffice('it is protected by a password');
  const root = archive.xml('content.xml');
  const body = childOf(root, 'office:body');
  if (root === undefined || body === undefined) throw brokenOffice('its content is missing');
  const styles = new OpenStyles([archive.xml('styles.xml'), root]);
  const reader = new OpenText(styles, (name) => archive.xml(`${name}/content.xml`));
  const sheets = childOf(body, 'office:spreadsheet');
  const slides = childOf(body, 'office:presentation');
  let text = '';
  if (sheets !== undefined) text = sheetsText(sheets, { styles, reader });
  else if (slides !== undefined) text = fragmentToMarkdown(slidesHtml(slides, reader), uri);
  else text = fragmentToMarkdown(reader.document(childOf(body, 'office:text') ?? body), uri);
  const meta = childOf(archive.xml('meta.xml'), 'office:meta');
  const said = (name: string): string => textIn(childOf(meta, name)).replace(/\s+/g, ' ').trim();
  const language = said('dc:language');
  const author = said('meta:initial-creator') || said('dc:creator');
  return {
    text,
    format: 'markdown',
    title: said('dc:title') || firstHeading(text),
    language: /^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/.test(language) ? language : '',
    modifiedAt: isoTime(said('dc:date')),
    tags:
      meta === undefined
        ? []
        : descendantsOf(meta, 'meta:keyword')
            .map((word) => textIn(word).trim())
            .filter((tag) => tag !== '')
            .slice(0, 50),
    metadata: author === '' ? {} : { author },
    losses: reader.losses.toLosses(),
  };
}

function sheetsText(sheets: XmlElement, { styles, reader }: { styles: OpenStyles; reader: OpenText }): string {
  const sections: string[] = [];
  for (const table of elementsOf(sheets).filter((child) => child.name === 'table:table')) {
    if (styles.isHiddenTable(table.attributes['table:style-name'])) {
      reader.losses.add('other');
      continue;
    }
    const text = sheetMarkdown(sheetRows(table));
    if (text !== '') sections.push(`## ${table.attributes['table:name'] ?? ''}\n\n${text}`);
  }
  return sections.join('\n\n');
}

/** Rows of a sheet as their cells show them. What is said to repeat a million times is empty, and is not. */
function sheetRows(parent: XmlElement): string[][] {
  return elementsOf(parent).flatMap((element): string[][] => {
    if (/^table:table-(?:header-rows|row-group|rows)$/.test(element.name)) return sheetRows(element);
    if (
      element.name !== 'table:table-row' ||
      /^(?:collapse|filter)$/.test(element.attributes['table:visibility'] ?? '')
    )
      return [];
    const cells: string[] = [];
    for (const cell of elementsOf(element)) {
      if (!/^table:(?:covered-)?table-cell$/.test(cell.name)) continue;
      const text = elementsOf(cell)
        .filter((child) => child.name === 'text:p')
        .map(plainText)
        .join('\n');
      const times = repeated(cell, 'table:number-columns-repeated', text === '' ? MAX_COLUMNS : MAX_REPEATED);
      for (let at = 0; at < times && cells.length < MAX_COLUMNS; at++)
        cells.push(cell.name === 'table:table-cell' ? text : '');
    }
    const isEmpty = cells.every((cell) => cell === '');
    return Array.from(
      { length: isEmpty ? 1 : repeated(element, 'table:number-rows-repeated', MAX_REPEATED) },
      () => cells,
    );
  });
}

function repeated(element: XmlElement, name: string, most: number): number {
  const times = Number(element.attributes[name] ?? 1);
  return Number.isInteger(times) && times > 0 ? Math.min(times, most) : 1;
}

function plainText(element: XmlElement): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child.replace(/\s+/g, ' ');
      if (child.name === 'text:s' || child.name === 'text:tab') return ' ';
      if (child.name === 'text:line-break') return '\n';
      return child.name === 'office:annotation' ? '' : plainText(child);
    })
    .join('');
}

function slidesHtml(slides: XmlElement, reader: OpenText): string {
  return elementsOf(slides)
    .filter((child) => child.name === 'draw:page')
    .map((page, at) => reader.slide(page, at + 1))
    .join('');
}
