import { Parser } from 'htmlparser2';
import { QuarryError } from '../../core/errors.js';

/** An element of an office document. Prefixes are the usual ones of its namespace, whatever the file calls them. */
export interface XmlElement {
  /** With its prefix: `w:p`, `table:table-cell`. */
  readonly name: string;
  /** By name with prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

/** An element or text. */
export type XmlNode = XmlElement | string;

interface OpenElement extends XmlElement {
  readonly children: XmlNode[];
  readonly prefixes: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 400;
const MAX_NODES = 6_000_000;

/** Ends of namespace names, which differ between editions only before them, with the prefix that we use. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/\/wordprocessingml(?:\/2006)?\/main$/, 'w'],
  [/\/officeDocument(?:\/2006)?\/math$/, 'm'],
  [/\/officeDocument(?:\/2006)?\/relationships$/, 'r'],
  [/\/wordprocessingDrawing$/, 'wp'],
  [/\/drawingml(?:\/2006)?\/main$/, 'a'],
  [/\/presentationml(?:\/2006)?\/main$/, 'p'],
  [/\/spreadsheetml(?:\/2006)?\/main$/, 'x'],
  [/\/markup-compatibility\/2006$/, 'mc'],
  [/urn:schemas-microsoft-com:vml$/, 'v'],
  [/\/package(?:\/2006)?\/relationships$/, 'rel'],
  [/^urn:oasis:names:tc:opendocument:xmlns:drawing:1\.0$/, 'draw'],
  [/^urn:oasis:names:tc:opendocument:xmlns:datastyle:1\.0$/, 'number'],
  [/^urn:oasis:names:tc:opendocument:xmlns:animation:1\.0$/, 'anim'],
  [/^urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1\.0$/, 'fo'],
  [/^urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1\.0$/, 'svg'],
  [/^urn:oasis:names:tc:opendocument:xmlns:(\w+):1\.0$/, ''],
  [/\/dc\/elements\/1\.1\/$/, 'dc'],
  [/\/1999\/xlink$/, 'xlink'],
  [/Math\/MathML$/, 'math'],
];

/**
 * Reads an XML part. Entities other than the five of XML are not known, document types are passed over, and nothing outside
 * is asked for.
 * @throws QuarryError DOCUMENT_BROKEN (nested too deeply), DOCUMENT_TOO_LARGE
 */
export function parseXml(text: string): XmlElement {
  const root: OpenElement = { name: '', attributes: {}, children: [], prefixes: new Map() };
  const open: OpenElement[] = [root];
  let nodes = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const above = open.at(-1) ?? root;
        if (open.length > MAX_DEPTH) throw tooDeep();
        if (++nodes > MAX_NODES) throw tooMany();
        const prefixes = declared(attributes, above.prefixes);
        const element = {
          name: usualName(name, prefixes),
          attributes: usualAttributes(attributes, prefixes),
          children: [],
          prefixes,
        };
        above.children.push(element);
        open.push(element);
      },
      ontext(data) {
        (open.at(-1) ?? root).children.push(data);
      },
      onclosetag() {
        if (open.length > 1) open.pop();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  // What is still open here is cut off.
  if (open.length > 1) throw damaged();
  parser.end();
  return elementsOf(root)[0] ?? root;
}

function declared(
  attributes: Readonly<Record<string, string>>,
  above: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let prefixes = above;
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== 'xmlns' && !key.startsWith('xmlns:')) continue;
    if (prefixes === above) prefixes = new Map(above);
    // Just made: nobody else has it.
    (prefixes as Map<string, string>).set(key === 'xmlns' ? '' : key.slice(6), usualPrefix(value, key.slice(6)));
  }
  return prefixes;
}

function usualPrefix(namespace: string, given: string): string {
  for (const [pattern, prefix] of PREFIXES) {
    const found = pattern.exec(namespace);
    if (found !== null) return prefix || (found[1] ?? given);
  }
  return given;
}

function usualName(name: string, prefixes: ReadonlyMap<string, string>): string {
  const colon = name.indexOf(':');
  const prefix = prefixes.get(colon === -1 ? '' : name.slice(0, colon));
  if (prefix === undefined) return name;
  return prefix === '' ? name.slice(colon + 1) : `${prefix}:${name.slice(colon + 1)}`;
}

function usualAttributes(
  attributes: Readonly<Record<string, string>>,
  prefixes: ReadonlyMap<string, string>,
): Record<string, string> {
  const usual: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes))
    usual[key.includes(':') ? usualName(key, prefixes) : key] = value;
  return usual;
}

/** The elements among an element's children. */
export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

/** The first child of a name, or of a way of names (`w:pPr`, `w:pStyle`). */
export function childOf(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names)
    found = found === undefined ? undefined : elementsOf(found).find((child) => child.name === name);
  return found;
}

/** All text in an element. */
export function textIn(element: XmlElement | undefined): string {
  if (element === undefined) return '';
  return element.children.map((child) => (typeof child === 'string' ? child : textIn(child))).join('');
}

/** Every element of a name below an element, in document order. */
export function descendantsOf(element: XmlElement, name: string): XmlElement[] {
  return elementsOf(element).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendantsOf(child, name),
  ]);
}

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function damaged(): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', 'The document cannot be read: its XML is damaged.', {
    hint: 'Open it in the program that made it and save it again.',
  });
}

function tooDeep(): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', 'The document is nested too deeply to be read.', {
    hint: 'Save it again in the program that made it, or leave it out with an exclude pattern.',
  });
}

function tooMany(): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', 'The document has too many parts to be read.', {
    hint: 'Split the document, or leave it out with an exclude pattern.',
  });
}
