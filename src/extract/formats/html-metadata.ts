import type { JsonObject } from '../../core/types.js';
import { absoluteUrl, findAll, findFirst, type HtmlDocument, type HtmlElement, named, tokensOf } from './html-dom.js';
import { isoTime } from './iso-time.js';
import { languageTag } from './language-tag.js';
import type { DocumentLink, PageDirectives } from './parsed-document.js';
import { licenceOfUrl } from './spdx.js';

/** What a page says of itself in its head, its structured data and its links. */
export interface PageMetadata {
  /** Base of relative links: the `base` element, else the page's own address. */
  readonly base: string;
  readonly title: string;
  readonly language: string;
  readonly licence: string;
  readonly modifiedAt: string;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
  readonly page: PageDirectives;
  readonly links: readonly DocumentLink[];
}

/** Enough for any real page; keeps a link farm from filling memory. */
const MAX_LINKS = 20_000;
const MAX_FIELD_CHARACTERS = 1000;
/** Names of the meta elements that tell robots, and us by name, what to do. */
const ROBOTS: ReadonlySet<string> = new Set(['robots', 'quarry']);

/** Reads a page's metadata. */
export function readPageMetadata(document: HtmlDocument, uri: string): PageMetadata {
  const ownBase = findFirst(document.head, (one) => one.localName === 'base' && one.hasAttribute('href'));
  const base = absoluteUrl(ownBase?.getAttribute('href'), uri) ?? uri;
  const meta = readMetaElements(document);
  const data = readJsonLd(document.jsonLd);
  const published = firstDate(
    meta.get('article:published_time'),
    meta.get('datepublished'),
    meta.get('date'),
    data.published,
  );
  const modified = firstDate(
    meta.get('article:modified_time'),
    meta.get('og:updated_time'),
    meta.get('datemodified'),
    meta.get('last-modified'),
    data.modified,
  );
  const description = meta.get('description') ?? meta.get('og:description') ?? '';
  const metadata: JsonObject = {};
  put(metadata, 'description', description);
  put(metadata, 'author', meta.get('author') ?? meta.get('article:author') ?? '');
  put(metadata, 'siteName', meta.get('og:site_name') ?? meta.get('application-name') ?? '');
  put(metadata, 'publishedAt', published);
  put(metadata, 'generator', meta.get('generator') ?? '');
  return {
    base,
    title: titleOf(document, meta),
    language: languageTag(
      document.root.getAttribute('lang') ??
        document.root.getAttribute('xml:lang') ??
        meta.get('content-language') ??
        '',
    ),
    licence: licenceOf(document, base),
    modifiedAt: modified === '' ? published : modified,
    tags: (meta.get('keywords') ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && tag.length <= 60)
      .slice(0, 20),
    metadata,
    page: directivesOf(document, meta, base),
    links: linksOf(document, base),
  };
}

function put(target: JsonObject, key: string, value: string): void {
  if (value !== '') target[key] = value.slice(0, MAX_FIELD_CHARACTERS);
}

/** Meta elements by lower-case name, property, itemprop or http-equiv; the first of each wins. */
function readMetaElements(document: HtmlDocument): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const element of findAll(document.head, named('meta'))) {
    const content = (element.getAttribute('content') ?? '').replace(/\s+/g, ' ').trim();
    for (const attribute of ['name', 'property', 'itemprop', 'http-equiv']) {
      const name = element.getAttribute(attribute)?.trim().toLowerCase();
      if (name === undefined || name === '' || content === '') continue;
      const before = found.get(name);
      // Several robots elements all count.
      if (before === undefined) found.set(name, content);
      else if (ROBOTS.has(name)) found.set(name, `${before},${content}`);
    }
  }
  return found;
}

function titleOf(document: HtmlDocument, meta: ReadonlyMap<string, string>): string {
  const title = oneLine(findFirst(document.head, named('title'))?.textContent);
  return title || oneLine(meta.get('og:title') ?? meta.get('twitter:title'));
}

/** Text on one line, without the signs that permalinks leave at its end. */
export function oneLine(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/\s+/g, ' ')
    .replace(/[\s¶#§🔗]+$/u, '')
    .trim();
}

function licenceOf(document: HtmlDocument, base: string): string {
  const isLicence = (one: HtmlElement): boolean => hasRel(one, 'license') || hasRel(one, 'licence');
  for (const element of [...findAll(document.head, isLicence), ...findAll(document.body, isLicence)]) {
    const found = licenceOfUrl(absoluteUrl(element.getAttribute('href'), base) ?? '');
    if (found !== '') return found;
  }
  return '';
}

function directivesOf(document: HtmlDocument, meta: ReadonlyMap<string, string>, base: string): PageDirectives {
  const canonical = findFirst(document.head, (one) => hasRel(one, 'canonical') && one.hasAttribute('href'));
  const robots = [...ROBOTS].map((name) => meta.get(name) ?? '').join(' ');
  const refresh = /^\s*\d+(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['"]?([^'"]+)/i.exec(meta.get('refresh') ?? '')?.[1];
  return {
    canonical: httpUrl(canonical?.getAttribute('href'), base),
    robots: [...new Set(robots.toLowerCase().split(/[\s,]+/))].filter((word) => word !== ''),
    refresh: httpUrl(refresh, base),
  };
}

function httpUrl(href: string | null | undefined, base: string): string {
  const url = absoluteUrl(href, base);
  return url !== undefined && /^https?:/.test(url) ? url : '';
}

function linksOf(document: HtmlDocument, base: string): DocumentLink[] {
  const links = new Map<string, DocumentLink>();
  const found = [...findAll(document.head, isNextLink), ...findAll(document.body, isFollowed)];
  for (const element of found) {
    if (links.size >= MAX_LINKS) break;
    const address = element.getAttribute(element.localName === 'frame' ? 'src' : 'href');
    const url = httpUrl(address, base).replace(/#.*$/s, '');
    if (url !== '' && !links.has(url)) links.set(url, { url, nofollow: hasRel(element, 'nofollow') });
  }
  return [...links.values()];
}

function isNextLink(element: HtmlElement): boolean {
  return element.localName === 'link' && hasRel(element, 'next');
}

/** Links and the frames that a page is made of. */
function isFollowed({ localName }: HtmlElement): boolean {
  return localName === 'a' || localName === 'area' || localName === 'frame';
}

function hasRel(element: HtmlElement, word: string): boolean {
  return element.hasAttribute('rel') && tokensOf(element, 'rel').some((token) => token.toLowerCase() === word);
}

/** Dates of the first structured data block that has some. */
function readJsonLd(blocks: readonly string[]): { readonly published: string; readonly modified: string } {
  const text = blocks.join('\n').slice(0, 200_000);
  const field = (name: string): string => new RegExp(`"${name}"\\s*:\\s*"([^"]{4,40})"`).exec(text)?.[1] ?? '';
  return { published: field('datePublished'), modified: field('dateModified') };
}

function firstDate(...candidates: readonly (string | undefined)[]): string {
  for (const candidate of candidates) {
    const time = isoTime(candidate ?? '');
    if (time !== '') return time;
  }
  return '';
}
