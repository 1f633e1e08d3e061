import { parseDocument } from '../../../src/extract/formats/parse-document.js';
import type { ParsedDocument } from '../../../src/extract/formats/parsed-document.js';

/** Parses content under a file name, as a folder's adapter does. */
export async function parseText(
  content: string | Uint8Array,
  fileName: string,
  more: { mediaType?: string } = {},
): Promise<ParsedDocument> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return await parseDocument(bytes, { uri: `file:///x/${fileName}`, fileName, ...more });
}
