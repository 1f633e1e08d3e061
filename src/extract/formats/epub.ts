import { findAll, findFirst, named } from './html-dom.js';
import { htmlToMarkdown } from './html-to-markdown.js';
import { readHtml } from './html-tree.js';
import { languageTag } from './language-tag.js';
import { LossCounter } from './loss-counter.js';
import { firstHeading } from './markdown.js';
import { brokenOffice, type OfficeArchive, resolveName } from './office-archive.js';
import { childOf, descendantsOf, elementsOf, textIn, type XmlElement } from './office-xml.js';
import type { ParsedBody } from './parsed-document.js';

const HTML_TYPES = /^(?:application\/xhtml\+xml|text\/html)$/;

/**
 * Reads a book (EPUB 2 and 3) as Markdown: its chapters in the order of the spine. Links to other chapters keep their words.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parseEpub(archive: OfficeArchive, uri: string): ParsedBody {
  const container = archive.xml('META-INF/container.xml');
  const path =
    container === undefined ? undefined : descendantsNamed(container, 'rootfile')[0]?.attributes['full-path'];
  const book = path === undefined ? undefined : archive.xml(path);
  if (path === undefined || book === undefined) throw brokenOffice('its list of chapters is missing');
  const locked = new Set(lockedNames(archive));
  const files = new Map(
    childrenNamed(book, 'manifest')
      .flatMap((manifest) => elementsOf(manifest))
      .map((item) => [item.attributes['id'] ?? '', item] as const),
  );
  const chapters: string[] = [];
  const losses = new LossCounter();
  for (const reference of childrenNamed(book, 'spine').flatMap((spine) => elementsOf(spine))) {
    const item = files.get(reference.attributes['idref'] ?? '');
    if (item === undefined || !HTML_TYPES.test(item.attributes['media-type'] ?? '')) continue;
    if (/\bnav\b/.test(item.attributes['properties'] ?? '')) continue;
    const name = resolveName(path, decoded(item.attributes['href'] ?? ''));
    if (locked.has(name)) throw brokenOffice('its chapters are locked by a copy protection');
    const source = archive.text(name);
    const chapter = source === undefined ? '' : chapterText(source, { base: uri, losses });
    if (chapter !== '') chapters.push(chapter);
  }
  const text = chapters.join('\n\n');
  const data = childrenNamed(book, 'metadata')[0];
  return {
    text,
    format: 'markdown',
    losses: losses.toLosses(),
    title: said(data, 'dc:title') || firstHeading(text),
    language: languageTag(said(data, 'dc:language')),
    metadata: {
      ...(said(data, 'dc:creator') === '' ? {} : { author: said(data, 'dc:creator') }),
      ...(said(data, 'dc:description') === '' ? {} : { description: said(data, 'dc:description').slice(0, 1000) }),
    },
  };
}

function chapterText(source: string, target: { readonly base: string; readonly losses: LossCounter }): string {
  const { head, body } = readHtml(source);
  // A chapter is no address: links within the book keep their words alone.
  for (const link of findAll(body, named('a')))
    if (!/^(?:https?:|mailto:)/i.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
  const text = htmlToMarkdown(body, target);
  const title = (findFirst(head, named('title'))?.textContent ?? '').replace(/\s+/g, ' ').trim();
  return text === '' || title === '' || /^#{1,6} /m.test(text) ? text : `## ${title}\n\n${text}`;
}

function lockedNames(archive: OfficeArchive): string[] {
  const encryption = archive.xml('META-INF/encryption.xml');
  if (encryption === undefined) return [];
  return descendantsNamed(encryption, 'CipherReference').map((reference) => decoded(reference.attributes['URI'] ?? ''));
}

function decoded(name: string): string {
  const path = name.replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that encodes nothing is part of the name.
    return path;
  }
}

function localName(element: XmlElement): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

function childrenNamed(parent: XmlElement, name: string): XmlElement[] {
  return elementsOf(parent).filter((child) => localName(child) === name);
}

function descendantsNamed(parent: XmlElement, name: string): XmlElement[] {
  return elementsOf(parent).flatMap((child) => [
    ...(localName(child) === name ? [child] : []),
    ...descendantsNamed(child, name),
  ]);
}

function said(data: XmlElement | undefined, name: string): string {
  const found = childOf(data, name) ?? (data === undefined ? undefined : descendantsOf(data, name)[0]);
  return textIn(found).replace(/\s+/g, ' ').trim().slice(0, 2000);
}
