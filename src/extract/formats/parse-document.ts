import { QuarryError, toQuarryError } from '../../core/errors.js';
import { LOSSES_KEY } from '../../core/losses.js';
import { EXTRACTED_LINES } from '../../core/text/line-basis.js';
import { createLineIndex } from '../../core/text/lines.js';
import { normalizeText } from '../../core/text/normalize-text.js';
import type { JsonObject } from '../../core/types.js';
import { decodeText } from './decode-text.js';
import { refineLanguage } from './languages.js';
import { isPackedManualName } from './man/manual-name.js';
import { parseManualPage } from './man/manual-page.js';
import { unpackManual } from './man/unpack-manual.js';
import { parseMarkdown } from './markdown.js';
import { charsetOf, chooseFormat, type FormatChoice } from './media-types.js';
import { parseNotebook } from './notebook.js';
import { parseOrg } from './org.js';
import { parseInWorker } from './parse-in-worker.js';
import type { ParsedBody, ParsedDocument, ParseLimits, ParseRequest } from './parsed-document.js';
import { parseRst } from './rst/parse-rst.js';
import { spdxHeader } from './spdx.js';

const MEGABYTE = 1_000_000;
const MAX_TEXT_BYTES = 20 * MEGABYTE;
const MAX_CONTAINER_BYTES = 50 * MEGABYTE;
const DEFAULT_MAX_CHARACTERS = 10_000_000;
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_MEMORY_BYTES = 700_000_000;
/** Larger pages are parsed in a thread of their own: they would hold up everything else. */
const MAX_INLINE_HTML_CHARACTERS = 150_000;

/**
 * Turns the bytes of one document into normalised text with its title, structure and metadata. Nothing in the document
 * is executed and nothing is fetched.
 * @throws QuarryError FORMAT_UNSUPPORTED (no parser reads this), DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE, TIMEOUT,
 *   CANCELLED
 */
export async function parseDocument(source: Uint8Array, request: ParseRequest): Promise<ParsedDocument> {
  const outerName = request.fileName ?? lastPart(request.uri);
  const isPacked = isPackedManualName(outerName) && source[0] === 0x1f && source[1] === 0x8b;
  const bytes = isPacked ? await unpackManual(source, request.limits?.maxBytes ?? MAX_TEXT_BYTES) : source;
  const fileName = isPacked ? outerName.slice(0, -'.gz'.length) : outerName;
  const choice = chooseFormat(isPacked ? undefined : request.mediaType, fileName, bytes.subarray(0, 8192));
  if (choice === undefined) throw unsupported(request, fileName);
  checkSize(bytes, choice, request);
  const body = await readBody(bytes, choice, request);
  const text = normalizeText(body.text);
  const maxCharacters = request.limits?.maxCharacters ?? DEFAULT_MAX_CHARACTERS;
  if (text.length > maxCharacters) throw tooLarge(`${text.length} characters of text`, request.uri);
  const hasLosses = Object.keys(body.losses ?? {}).length > 0;
  return {
    title: titleOf(body, fileName, request.uri),
    text: text.trim() === '' ? '' : text,
    format: body.format,
    language: body.language ?? '',
    mediaType: choice.mediaType,
    tags: [...new Set(body.tags ?? [])],
    category: body.category ?? '',
    licence: body.licence || spdxHeader(text),
    modifiedAt: body.modifiedAt ?? '',
    metadata: hasLosses ? { ...body.metadata, [LOSSES_KEY]: { ...body.losses } } : (body.metadata ?? {}),
    links: body.links ?? [],
    ...(hasLosses ? { losses: body.losses } : {}),
    ...(body.titles === undefined ? {} : { titles: body.titles }),
    ...(body.page === undefined ? {} : { page: body.page }),
  };
}

function checkSize(bytes: Uint8Array, choice: FormatChoice, request: ParseRequest): void {
  const isContainer = choice.kind === 'pdf' || choice.kind === 'office' || choice.kind === 'notebook';
  const limit: ParseLimits['maxBytes'] =
    request.limits?.maxBytes ?? (isContainer ? MAX_CONTAINER_BYTES : MAX_TEXT_BYTES);
  if (bytes.length > limit) throw tooLarge(`${bytes.length} bytes`, request.uri);
}

async function readBody(bytes: Uint8Array, choice: FormatChoice, request: ParseRequest): Promise<ParsedBody> {
  try {
    const limits = {
      timeoutMs: request.limits?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxMemoryBytes: request.limits?.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES,
      signal: request.signal,
    };
    const maxCharacters = request.limits?.maxCharacters ?? DEFAULT_MAX_CHARACTERS;
    if (choice.kind === 'pdf') return await parseInWorker({ kind: 'pdf', bytes, maxCharacters }, limits);
    if (choice.kind === 'office') {
      const body = await parseInWorker({ kind: 'office', bytes, uri: request.uri }, limits);
      return { ...body, metadata: { ...body.metadata, ...EXTRACTED_LINES } };
    }
    const { text: decoded, charset } = decodeText(bytes, request.charset ?? charsetOf(request.mediaType));
    const text = normalizeText(decoded);
    const body = needsWorker(choice, text)
      ? await parseInWorker({ kind: choice.kind, text, uri: request.uri }, limits)
      : await readKind(text, choice, request);
    const metadata: JsonObject = {
      ...body.metadata,
      ...(charset === 'utf-8' ? {} : { charset }),
      ...(keepsLines(decoded, body.text) ? {} : EXTRACTED_LINES),
    };
    return { ...body, metadata };
  } catch (error) {
    throw toQuarryError(error, 'DOCUMENT_BROKEN');
  }
}

/** Formats whose text a parser could be slow with: AsciiDoc always, HTML when it is large. */
function needsWorker(choice: FormatChoice, text: string): choice is FormatChoice & { kind: 'html' | 'asciidoc' } {
  return choice.kind === 'asciidoc' || (choice.kind === 'html' && text.length > MAX_INLINE_HTML_CHARACTERS);
}

/**
 * Whether the text has the lines that tools count in the file, which end at `\n` alone: a lone `\r` makes one more here.
 * Converters of light markup keep a document's lines, and where one cannot, the count shows it.
 */
function keepsLines(source: string, text: string): boolean {
  return !/\r(?!\n)/.test(source) && countLines(source) === countLines(text);
}

function countLines(text: string): number {
  return createLineIndex(text).lineCount;
}

async function readKind(text: string, choice: FormatChoice, request: ParseRequest): Promise<ParsedBody> {
  switch (choice.kind) {
    case 'html': {
      // The browser's document model alone is a hundred and twenty modules, which most folders never need.
      const { parseHtml } = await import('./html.js');
      return parseHtml(text, request.uri);
    }
    case 'markdown':
      return parseMarkdown(text);
    case 'rst':
      return parseRst(text);
    case 'org':
      return parseOrg(text);
    case 'manual':
      return parseManualPage(text);
    case 'notebook':
      return await parseNotebook(text, request.uri);
    case 'code':
      return { text, format: 'code', language: refineLanguage(choice.language, text) };
    default:
      return { text, format: 'plain' };
  }
}

function titleOf(body: ParsedBody, fileName: string, uri: string): string {
  const own = normalizeText(body.title ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  if (own !== '') return own.slice(0, 300);
  // Code is full of files called index; their folder tells them apart.
  const named = fileName
    .split('/')
    .slice(body.format === 'code' ? -2 : -1)
    .join('/')
    .trim();
  return named === '' ? uri : named;
}

/** Last part of a uri's path, percent-decoded; empty for a bare host. */
function lastPart(uri: string): string {
  const path = uri.replace(/[?#].*$/s, '').replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  const part = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that encodes nothing is part of the name.
    return part;
  }
}

function unsupported(request: ParseRequest, fileName: string): QuarryError {
  const what = request.mediaType === undefined || request.mediaType === '' ? `"${fileName}"` : request.mediaType;
  return new QuarryError('FORMAT_UNSUPPORTED', `No parser reads ${what} (${request.uri}).`, {
    hint: 'Readable are Markdown, text, reStructuredText, AsciiDoc, Org, manual pages, HTML, PDF, DOCX, XLSX, PPTX, OpenDocument (ODT, ODS, ODP), EPUB, Jupyter notebooks, CSV, JSON, YAML, TOML and source code. Convert the file to one of these.',
  });
}

function tooLarge(what: string, uri: string): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', `The document is too large to index: ${what} (${uri}).`, {
    hint: 'Split the document, or leave it out with an exclude pattern.',
  });
}
