import { constants, deflateRawSync } from 'node:zlib';
import { storedZip } from '../../support/stored-zip.js';

/** A line of a PDF page: font size, distance from the left and from the bottom, text, and the font (`F1` or `F2`). */
export type PdfText = readonly [size: number, x: number, y: number, text: string, font?: 'F1' | 'F2'];

/** A PDF with one page per list of lines; F1 is Helvetica, F2 Courier. */
export function pdfOf(pages: readonly (readonly PdfText[])[], info = ''): Uint8Array {
  const contents = pages.map((lines) => {
    const text = lines.map(
      ([size, x, y, words, font = 'F1']) => `/${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${words}) Tj`,
    );
    return streamOf(Buffer.from(`BT ${text.join(' ')} ET`, 'latin1'), '');
  });
  return pdfOfContents(contents, info);
}

/** A PDF of a few kilobytes for each gigabyte that its page's content unpacks to. */
export function pdfBomb(gigabytes: number): Uint8Array {
  const block = deflateRawSync(Buffer.alloc(1 << 24, 0x20), { finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Array.from({ length: gigabytes * 64 }, () => block);
  const packed = Buffer.concat([Buffer.from([0x78, 0x9c]), ...blocks, Buffer.from([0x03, 0x00])]);
  return pdfOfContents([streamOf(packed, '/Filter /FlateDecode ')], '');
}

/** A PDF with one page per stream of drawing operators; `more` adds entries to every page, `catalog` to the document. */
export function drawnPdf(pages: readonly string[], more = '', catalog = ''): Uint8Array {
  const contents = pages.map((page) => streamOf(Buffer.from(page, 'latin1'), ''));
  return pdfOfContents(contents, '', { page: more, catalog });
}

function streamOf(content: Buffer, filter: string): Buffer {
  const head = `<< ${filter}/Length ${content.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\nendstream')]);
}

function pdfOfContents(
  contents: readonly Buffer[],
  info: string,
  more: { readonly page: string; readonly catalog: string } = { page: '', catalog: '' },
): Uint8Array {
  const objects: Buffer[] = [];
  const add = (body: string | Buffer): number => objects.push(Buffer.from(body));
  const catalog = add('');
  const tree = add('');
  const fonts = ['Helvetica', 'Courier'].map((name) =>
    add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`),
  );
  const kids = contents.map((content) => {
    const stream = add(content);
    const resources = `<< /Font << /F1 ${fonts[0]} 0 R /F2 ${fonts[1]} 0 R >> >>`;
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 612 792] /Resources ${resources} /Contents ${stream} 0 R ${more.page} >>`,
    );
  });
  const properties = add(`<< ${info} >>`);
  objects[catalog - 1] = Buffer.from(`<< /Type /Catalog /Pages ${tree} 0 R ${more.catalog} >>`);
  objects[tree - 1] = Buffer.from(
    `<< /Type /Pages /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] /Count ${kids.length} >>`,
  );
  const parts = [Buffer.from('%PDF-1.4\n')];
  let length = 9;
  const offsets = objects.map((body, at) => {
    const offset = length;
    const object = Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    parts.push(object);
    length += object.length;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `trailer << /Size ${objects.length + 1} /Root ${catalog} 0 R /Info ${properties} 0 R >>`;
  parts.push(
    Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}\nstartxref\n${length}\n%%EOF`),
  );
  return Buffer.concat(parts);
}

const NAMESPACE =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** The files of a Word document with the given body. */
export function docxFiles(body: string, core = ''): Map<string, Uint8Array> {
  const parts: readonly (readonly [string, string])[] = [
    [
      '[Content_Types].xml',
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ],
    [
      '_rels/.rels',
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    ],
    ['word/document.xml', `<w:document ${NAMESPACE}><w:body>${body}</w:body></w:document>`],
    ['docProps/core.xml', `<cp:coreProperties>${core}</cp:coreProperties>`],
  ];
  return new Map(parts.map(([name, text]) => [name, Buffer.from(text)]));
}

/** A Word document with the given body. */
export function docxOf(body: string, core = ''): Uint8Array {
  return storedZip(docxFiles(body, core));
}

/** A paragraph of a Word document. */
export function paragraph(text: string, style = ''): string {
  const properties = style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  return `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;
}
