import { storedZip } from '../../../src/extract/formats/zip-archive.js';

/** A line of a PDF page: font size, distance from the left and from the bottom, text, and the font (`F1` or `F2`). */
export type PdfText = readonly [size: number, x: number, y: number, text: string, font?: 'F1' | 'F2'];

/** A PDF with one page per list of lines; F1 is Helvetica, F2 Courier. */
export function pdfOf(pages: readonly (readonly PdfText[])[], info = ''): Uint8Array {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const catalog = add('');
  const tree = add('');
  const fonts = ['Helvetica', 'Courier'].map((name) => add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} >>`));
  const kids = pages.map((lines) => {
    const content = `BT ${lines.map(([size, x, y, text, font = 'F1']) => `/${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj`).join(' ')} ET`;
    const stream = add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    const resources = `<< /Font << /F1 ${fonts[0]} 0 R /F2 ${fonts[1]} 0 R >> >>`;
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 612 792] /Resources ${resources} /Contents ${stream} 0 R >>`,
    );
  });
  const properties = add(`<< ${info} >>`);
  objects[catalog - 1] = `<< /Type /Catalog /Pages ${tree} 0 R >>`;
  objects[tree - 1] = `<< /Type /Pages /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] /Count ${kids.length} >>`;
  let out = '%PDF-1.4\n';
  const offsets = objects.map((body, at) => {
    const offset = out.length;
    out += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  out += `trailer << /Size ${objects.length + 1} /Root ${catalog} 0 R /Info ${properties} 0 R >>\nstartxref\n${start}\n%%EOF`;
  return Buffer.from(out, 'latin1');
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
