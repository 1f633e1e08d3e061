import { docxToHtml } from './docx-to-html.js';
import { fragmentToMarkdown } from './html.js';
import { firstHeading } from './markdown.js';
import { type OfficeArchive, officeProperties } from './office-archive.js';
import type { ParsedBody } from './parsed-document.js';

/**
 * Reads a Word document as Markdown: styles and outline levels as headings, numbering as Word counts it, formulas as TeX.
 * Headers, footers, comments, hidden and deleted text are left out.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parseDocx(archive: OfficeArchive, uri: string): ParsedBody {
  const { html, losses } = docxToHtml(archive);
  const text = fragmentToMarkdown(html, uri);
  const properties = officeProperties(archive);
  return { ...properties, text, format: 'markdown', title: properties.title || firstHeading(text), losses };
}
