import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';
import { isoTime } from './iso-time.js';
import { parseXml, type XmlElement } from './office-xml.js';
import type { ParsedBody } from './parsed-document.js';
import { inflateEntry, readZipDirectory, type ZipEntry } from './zip-archive.js';

const LIMITS = { maxEntries: 10_000, maxInflatedBytes: 500_000_000 };
/** What the text parts of one document may unpack to, all together. Pictures are never unpacked. */
const MAX_TEXT_BYTES = 100_000_000;

/** The files of an office document or book, each unpacked when it is asked for, under one limit for all. */
export class OfficeArchive {
  readonly #bytes: Uint8Array;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #known = new Map<string, string>();
  #left = MAX_TEXT_BYTES;

  /** @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE */
  constructor(bytes: Uint8Array) {
    if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
      throw brokenOffice('it is protected by a password, or of an old binary format');
    this.#bytes = bytes;
    this.#entries = new Map(readZipDirectory(bytes, LIMITS).map((entry) => [entry.name, entry]));
  }

  /** Names of all files, in the order of the archive. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Text of a file; undefined where there is none of that name. @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE */
  text(name: string): string | undefined {
    const known = this.#known.get(name);
    const entry = this.#entries.get(name);
    if (known !== undefined || entry === undefined) return known;
    if (entry.isEncrypted) throw brokenOffice('it is protected by a password');
    const content = inflateEntry(this.#bytes, entry, this.#left);
    this.#left -= content.length;
    const text = decode(content);
    this.#known.set(name, text);
    return text;
  }

  /** A file's root element. @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE */
  xml(name: string): XmlElement | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseXml(text);
  }

  /** What a part refers to, by id: absolute names of files, or addresses of links. */
  relations(
    part: string,
  ): Map<string, { readonly type: string; readonly target: string; readonly isExternal: boolean }> {
    const slash = part.lastIndexOf('/') + 1;
    const root = this.xml(`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`);
    const found = new Map<string, { type: string; target: string; isExternal: boolean }>();
    for (const child of root?.children ?? []) {
      if (typeof child === 'string') continue;
      const { Id = '', Type = '', Target = '', TargetMode } = child.attributes;
      const isExternal = TargetMode === 'External';
      found.set(Id, {
        type: Type.slice(Type.lastIndexOf('/') + 1),
        target: isExternal ? Target : resolveName(part, Target),
        isExternal,
      });
    }
    return found;
  }
}

function decode(content: Uint8Array): string {
  const [a, b] = content;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    return new TextDecoder(a === 0xff ? 'utf-16le' : 'utf-16be').decode(content);
  return new TextDecoder().decode(content);
}

/** Name in an archive of what a part refers to. Dots that lead out of the archive lead nowhere. */
export function resolveName(part: string, target: string): string {
  const path = target.startsWith('/') ? [] : part.split('/').slice(0, -1);
  for (const step of target.replace(/^\//, '').split('/')) {
    if (step === '..') path.pop();
    else if (step !== '.' && step !== '') path.push(step);
  }
  return path.join('/');
}

/** What an Office document says of itself. */
export function officeProperties(archive: OfficeArchive): Partial<ParsedBody> {
  const core = archive.text('docProps/core.xml') ?? '';
  const metadata: JsonObject = {};
  const author = property(core, 'dc:creator');
  if (author !== '') metadata['author'] = author;
  const description = property(core, 'dc:description');
  if (description !== '') metadata['description'] = description;
  const language = property(core, 'dc:language');
  return {
    title: property(core, 'dc:title'),
    tags: property(core, 'cp:keywords')
      .split(/[,;]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
      .slice(0, 50),
    modifiedAt: isoTime(property(core, 'dcterms:modified')),
    language: /^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/.test(language) ? language : '',
    metadata,
  };
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

/** A document that cannot be read, with what to do about it. */
export function brokenOffice(why: string, cause?: unknown): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', `The office document cannot be read: ${why}.`, {
    hint: 'Open it in the program that made it and save it again without a password, in a format of today (.docx, .xlsx, .pptx, .odt).',
    cause,
  });
}
