import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { QuarryError, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import { normalizeUrl } from '../../core/normalize-url.js';
import { unpackGzip } from '../fetch/decode-content.js';
import type { FetchedResource } from '../fetch/fetcher.js';

/** One page that a sitemap names. */
export interface SitemapEntry {
  readonly url: string;
  /** ISO 8601 UTC; empty when not said. */
  readonly modifiedAt: string;
}

/** What the sitemaps of a site say. */
export interface SitemapReading {
  /** In the order of the sitemaps, each page once. */
  readonly entries: readonly SitemapEntry[];
  /** Sitemaps that are there but could not be read; pages may be missing from `entries`. */
  readonly failures: readonly QuarryError[];
}

/** What reading needs. */
export interface SitemapReader {
  /** Fetches one sitemap politely. */
  readonly fetch: (url: string) => Promise<FetchedResource>;
  readonly signal: AbortSignal;
}

/** The protocol allows 50 MB and 50,000 addresses a file. */
const MAX_SITEMAP_BYTES = 50 * 1024 * 1024;
const MAX_SITEMAPS = 100;
const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 3;

// Entities are decoded below: the parser's own decoding drops numeric ones, and a document type could define bombs.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  removeNSPrefix: true,
  processEntities: false,
});

const textNode = z.union([z.string(), z.array(z.string()).transform((all) => all[0] ?? '')]).catch('');
const locations = z
  .preprocess(
    (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]),
    z.array(z.object({ loc: textNode.default(''), lastmod: textNode.default('') }).catch({ loc: '', lastmod: '' })),
  )
  .catch([]);
const sitemapSchema = z.object({
  urlset: z.object({ url: locations }).catch({ url: [] }).optional(),
  sitemapindex: z.object({ sitemap: locations }).catch({ sitemap: [] }).optional(),
});

/**
 * Reads sitemaps and the sitemaps that they name (index files, gzip, plain lists), at most 100 files, three deep. A
 * missing sitemap (4xx) is no failure. Order is that of the files.
 * @throws QuarryError CANCELLED
 */
export async function readSitemaps(start: readonly string[], reader: SitemapReader): Promise<SitemapReading> {
  const entries = new Map<string, SitemapEntry>();
  const failures: QuarryError[] = [];
  const seen = new Set<string>();
  let round = start;
  for (let depth = 0; depth < MAX_DEPTH && round.length > 0; depth += 1) {
    const nested: string[] = [];
    for (const url of round) {
      if (seen.has(url) || seen.size >= MAX_SITEMAPS) continue;
      seen.add(url);
      const found = await readOne(url, reader, failures);
      nested.push(...found.sitemaps);
      for (const entry of found.entries) {
        if (entries.size < MAX_ENTRIES && !entries.has(entry.url)) entries.set(entry.url, entry);
      }
    }
    round = nested;
  }
  return { entries: [...entries.values()], failures };
}

interface SitemapContent {
  readonly entries: readonly SitemapEntry[];
  readonly sitemaps: readonly string[];
}

const NOTHING: SitemapContent = { entries: [], sitemaps: [] };

async function readOne(url: string, reader: SitemapReader, failures: QuarryError[]): Promise<SitemapContent> {
  try {
    const answer = await reader.fetch(url);
    if (answer.status >= 500 || answer.status === 429) {
      throw new QuarryError('FETCH_FAILED', `The sitemap ${url} answered ${answer.status}.`, {
        hint: 'Try again later.',
      });
    }
    if (answer.status < 200 || answer.status > 299 || answer.mediaType === 'text/html') return NOTHING;
    const isGzip = answer.body[0] === 0x1f && answer.body[1] === 0x8b;
    const bytes = isGzip ? await unpackGzip(answer.body, url, MAX_SITEMAP_BYTES) : answer.body;
    return parseSitemap(new TextDecoder().decode(bytes), answer.url);
  } catch (error) {
    throwIfCancelled(reader.signal);
    failures.push(toQuarryError(error, 'FETCH_FAILED'));
    return NOTHING;
  }
}

/** Understands one sitemap file: `urlset`, `sitemapindex`, or one address per line. @throws QuarryError DOCUMENT_BROKEN */
export function parseSitemap(text: string, url: string): SitemapContent {
  if (!text.trimStart().startsWith('<')) return parseList(text, url);
  const { urlset, sitemapindex } = sitemapSchema.parse(parseXml(text, url));
  const toEntry = ({ loc, lastmod }: { loc: string; lastmod: string }): SitemapEntry[] => {
    const address = normalizeUrl(decodeEntities(loc), url);
    return address === undefined || loc === '' ? [] : [{ url: address, modifiedAt: toIso(lastmod) }];
  };
  return {
    entries: (urlset?.url ?? []).flatMap(toEntry),
    sitemaps: (sitemapindex?.sitemap ?? []).flatMap(toEntry).map((entry) => entry.url),
  };
}

function parseXml(text: string, url: string): unknown {
  try {
    const parsed: unknown = parser.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (cause) {
    throw new QuarryError('DOCUMENT_BROKEN', `The sitemap ${url} is not readable XML.`, {
      hint: 'Pages are found through links instead.',
      cause,
    });
  }
}

function parseList(text: string, url: string): SitemapContent {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => /^\s*https?:\/\//i.test(line));
  const found = lines.flatMap((line) => normalizeUrl(line, url) ?? []);
  return { entries: found.map((address) => ({ url: address, modifiedAt: '' })), sitemaps: [] };
}

function toIso(text: string): string {
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** XML's five named entities and character references; anything else stays as it is. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
