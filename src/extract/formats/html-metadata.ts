import type { JsonObject } from '../../core/types.js';
import { absoluteUrl, type HtmlDocument, type HtmlElement } from './html-dom.js';
import { isoTime } from './iso-time.js';
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

/** Reads a page's metadata. `jsonLd` holds the bodies of its structured data blocks. */
export function readPageMetadata(document: HtmlDocument, uri: string, jsonLd: readonly string[]): PageMetadata {
  const base = absoluteUrl(document.querySelector('base[href]')?.getAttribute('href'), uri) ?? uri;
  const meta = readMetaElements(document);
  const data = readJsonLd(jsonLd);
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
    language: languageTag(document.documentElement.getAttribute('lang') ?? meta.get('content-language') ?? ''),
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
  for (const element of document.querySelectorAll('meta[content]')) {
    const content = (element.getAttribute('content') ?? '').replace(/\s+/g, ' ').trim();
    for (const attribute of ['name', 'property', 'itemprop', 'http-equiv']) {
      const name = element.getAttribute(attribute)?.trim().toLowerCase();
      if (name === undefined || name === '' || content === '') continue;
      const before = found.get(name);
      // Several robots elements all count.
      if (before === undefined) found.set(name, content);
      else if (name === 'robots') found.set(name, `${before},${content}`);
    }
  }
  return found;
}

function titleOf(document: HtmlDocument, meta: ReadonlyMap<string, string>): string {
  const title = oneLine(document.querySelector('title')?.textContent);
  return title || oneLine(meta.get('og:title') ?? meta.get('twitter:title'));
}

/** Text on one line, without the signs that permalinks leave at its end. */
export function oneLine(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/\s+/g, ' ')
    .replace(/[\s¶#§🔗]+$/u, '')
    .trim();
}

function languageTag(value: string): string {
  const tag = value.trim();
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag) ? tag : '';
}

function licenceOf(document: HtmlDocument, base: string): string {
  for (const element of document.querySelectorAll('a[rel~="license"], link[rel~="license"], a[rel~="licence"]')) {
    const found = licenceOfUrl(absoluteUrl(element.getAttribute('href'), base) ?? '');
    if (found !== '') return found;
  }
  return '';
}

function directivesOf(document: HtmlDocument, meta: ReadonlyMap<string, string>, base: string): PageDirectives {
  const canonical = document.querySelector('link[rel~="canonical"][href]')?.getAttribute('href');
  const refresh = /^\s*\d+(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['"]?([^'"]+)/i.exec(meta.get('refresh') ?? '')?.[1];
  return {
    canonical: httpUrl(canonical, base),
    robots: [...new Set((meta.get('robots') ?? '').toLowerCase().split(/[\s,]+/))].filter((word) => word !== ''),
    refresh: httpUrl(refresh, base),
  };
}

function httpUrl(href: string | null | undefined, base: string): string {
  const url = absoluteUrl(href, base);
  return url !== undefined && /^https?:/.test(url) ? url : '';
}

function linksOf(document: HtmlDocument, base: string): DocumentLink[] {
  const links = new Map<string, DocumentLink>();
  for (const element of document.querySelectorAll('a[href], area[href], link[rel~="next"][href]')) {
    if (links.size >= MAX_LINKS) break;
    const url = httpUrl(element.getAttribute('href'), base).replace(/#.*$/s, '');
    if (url !== '' && !links.has(url)) links.set(url, { url, nofollow: hasRel(element, 'nofollow') });
  }
  return [...links.values()];
}

function hasRel(element: HtmlElement, word: string): boolean {
  return (element.getAttribute('rel') ?? '').toLowerCase().split(/\s+/).includes(word);
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
