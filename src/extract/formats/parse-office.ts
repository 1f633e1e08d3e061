import { parseDocx } from './docx.js';
import { parseEpub } from './epub.js';
import { brokenOffice, OfficeArchive } from './office-archive.js';
import { parseOpenDocument } from './open-document.js';
import type { ParsedBody } from './parsed-document.js';
import { parsePptx } from './pptx.js';
import { parseXlsx } from './xlsx.js';

/**
 * Reads a packed document (Word, Excel, PowerPoint, OpenDocument, EPUB) by what its archive holds, whatever it is called.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parseOffice(bytes: Uint8Array, uri: string): ParsedBody {
  const archive = new OfficeArchive(bytes);
  const names = archive.names;
  const type = names.includes('mimetype') ? (archive.text('mimetype') ?? '').trim() : '';
  if (type.startsWith('application/epub')) return parseEpub(archive, uri);
  if (type.startsWith('application/vnd.oasis.opendocument')) return parseOpenDocument(archive, uri);
  const main = [...archive.relations('').values()].find((relation) => relation.type === 'officeDocument')?.target ?? '';
  const has = (folder: string): boolean =>
    main.startsWith(folder) || (main === '' && names.some((name) => name.startsWith(folder)));
  if (has('xl/')) return parseXlsx(archive);
  if (has('ppt/')) return parsePptx(archive, uri);
  if (names.includes('META-INF/container.xml')) return parseEpub(archive, uri);
  if (names.includes('content.xml')) return parseOpenDocument(archive, uri);
  if (has('word/') || main !== '') return parseDocx(archive, uri);
  throw brokenOffice('it holds no document that is known');
}
