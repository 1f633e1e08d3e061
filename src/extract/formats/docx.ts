import mammoth from 'mammoth';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';
import { fragmentToMarkdown } from './html.js';
import { isoTime } from './iso-time.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';
import { inflateEntry, readZipDirectory, storedZip, type ZipEntry } from './zip-archive.js';

const LIMITS = { maxEntries: 10_000, maxInflatedBytes: 500_000_000 };
/** What the text parts of one document may unpack to. Pictures are never unpacked. */
const MAX_TEXT_BYTES = 100_000_000;
const NEEDED =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|docProps\/core\.xml|word\/(?:_rels\/)?[\w-]+\.xml(?:\.rels)?)$/;

/**
 * Reads a Word document as Markdown. The archive's directory is checked first, text parts are inflated under a limit,
 * and only those reach the converter.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export async function parseDocx(bytes: Uint8Array, uri: string): Promise<ParsedBody> {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw broken('it is protected by a password, or an old .doc file');
  const entries = readZipDirectory(bytes, LIMITS).filter((entry) => NEEDED.test(entry.name));
  if (!entries.some((entry) => entry.name.startsWith('word/'))) throw broken('it is not a Word document');
  const files = inflateAll(bytes, entries);
  const html = await toHtml(storedZip(files));
  const text = fragmentToMarkdown(html, uri);
  const core = Buffer.from(files.get('docProps/core.xml') ?? []).toString('utf8');
  const metadata: JsonObject = {};
  const author = property(core, 'dc:creator');
  if (author !== '') metadata['author'] = author;
  const description = property(core, 'dc:description');
  if (description !== '') metadata['description'] = description;
  return {
    text,
    format: 'markdown',
    title: property(core, 'dc:title') || firstHeading(text),
    tags: property(core, 'cp:keywords')
      .split(/[,;]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
      .slice(0, 50),
    modifiedAt: isoTime(property(core, 'dcterms:modified')),
    language: /^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/.test(property(core, 'dc:language'))
      ? property(core, 'dc:language')
      : '',
    metadata,
  };
}

function inflateAll(bytes: Uint8Array, entries: readonly ZipEntry[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let left = MAX_TEXT_BYTES;
  for (const entry of entries) {
    if (entry.isEncrypted) throw broken('it is protected by a password');
    const content = inflateEntry(bytes, entry, left);
    left -= content.length;
    files.set(entry.name, content);
  }
  return files;
}

async function toHtml(archive: Uint8Array): Promise<string> {
  try {
    const result = await mammoth.convertToHtml(
      { buffer: Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength) },
      // A style map inside the document is the author's code for our converter.
      { includeEmbeddedStyleMap: false, convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    );
    return result.value;
  } catch (error) {
    throw broken('its XML is damaged', error);
  }
}

function property(xml: string, name: string): string {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]{0,2000})</${name}>`).exec(xml)?.[1] ?? '';
  return found
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}

function broken(why: string, cause?: unknown): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', `The Word document cannot be read: ${why}.`, {
    hint: 'Open it in a word processor and save it again as .docx without a password.',
    cause,
  });
}
