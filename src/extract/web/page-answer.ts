import { QuarryError, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import { normalizeUrl } from '../../core/normalize-url.js';
import type { SkipReason } from '../../core/ports.js';
import type { FetchedResource, Fetcher } from '../fetch/fetcher.js';
import type { ParsedDocument, ParseRequest } from '../formats/parsed-document.js';
import type { KeptPages } from './kept-pages.js';
import { markdownLinks } from './markdown-links.js';
import { isMarkdownType, isPageType, isWantedAnywhere, skipReasonOf } from './media-types.js';
import { readDirectives } from './robots-directives.js';

/** Turns bytes into a document. */
export type ParseDocument = (bytes: Uint8Array, request: ParseRequest) => Promise<ParsedDocument>;

/** A page that was read. */
export interface FetchedPage {
  readonly url: string;
  readonly status: number;
  readonly document: ParsedDocument;
  /** Validators of this version; empty when there are none. */
  readonly revision: string;
  /** Last-Modified as ISO 8601 UTC, or empty. */
  readonly lastModified: string;
  /** Normalised canonical address that the page claims; its own when it claims none. */
  readonly canonical: string;
  readonly isNoindex: boolean;
  /** Normalised, each once; those that ask not to be followed are left out when robots are respected. */
  readonly links: readonly string[];
}

/** What asking for one address came to. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly page: FetchedPage }
  | { readonly kind: 'unchanged' }
  /** `location` is normalised; empty when it leads nowhere. */
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'missing'; readonly status: number }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | { readonly kind: 'failed'; readonly error: QuarryError; readonly isUnanswered: boolean };

/** How to ask. */
export interface PageRequest {
  readonly fetcher: Fetcher;
  readonly parse: ParseDocument;
  readonly signal: AbortSignal;
  /** Validators of the version that is known; empty to get the page in any case. */
  readonly revision: string;
  /** Keeps bodies; absent where none are kept. */
  readonly kept?: KeptPages | undefined;
  /** The stored version was read by other rules: a page that has not changed is read from its kept body. */
  readonly isStale: boolean;
  /** The address the user gave: kept whatever its type is, as long as something can read it. */
  readonly isRoot: boolean;
  readonly respectRobots: boolean;
}

const ACCEPT =
  'text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, application/pdf;q=0.7, */*;q=0.3';

/** A page with a refresh and no more text than this is a redirect in disguise. */
const MAX_REFRESH_TEXT = 400;

/** Longer validators are not worth keeping. */
const MAX_VALIDATOR = 512;

/**
 * Asks for one page, conditionally where a version is known, and reads it. Everything but a cancel becomes an answer.
 * @throws QuarryError CANCELLED
 */
export async function askPage(url: string, request: PageRequest): Promise<PageAnswer> {
  try {
    const answer = await request.fetcher.fetch(url, {
      signal: request.signal,
      redirect: 'manual',
      headers: { accept: ACCEPT, ...conditions(request.revision) },
      wantsBody: ({ mediaType }) => isPageType(mediaType, url) || (request.isRoot && isWantedAnywhere(mediaType)),
    });
    const isKept = answer.status === 304 && request.isStale;
    const kept = isKept ? await request.kept?.read(url, request.revision) : undefined;
    if (isKept && kept === undefined) return await askPage(url, { ...request, revision: '', isStale: false });
    const page = await readPage(url, kept ?? answer, request);
    if (kept === undefined && page.kind === 'page') await request.kept?.write(url, page.page.revision, answer);
    return page;
  } catch (error) {
    throwIfCancelled(request.signal);
    return toFailure(toQuarryError(error, 'FETCH_FAILED'));
  }
}

function toFailure(error: QuarryError): PageAnswer {
  if (error.code === 'FORMAT_UNSUPPORTED') return { kind: 'skipped', reason: 'unsupported' };
  if (error.code === 'DOCUMENT_TOO_LARGE') return { kind: 'skipped', reason: 'too-large' };
  return { kind: 'failed', error, isUnanswered: error.code === 'FETCH_FAILED' || error.code === 'FETCH_TIMEOUT' };
}

/** What an answer comes to. @throws QuarryError as reading its body does */
export async function readPage(url: string, answer: FetchedResource, request: PageRequest): Promise<PageAnswer> {
  const { status } = answer;
  if (status === 304 && request.revision !== '') return { kind: 'unchanged' };
  if (answer.location !== '') return { kind: 'redirect', location: normalizeUrl(answer.location) ?? '' };
  if (status === 404 || status === 410) return { kind: 'missing', status };
  if (status < 200 || status > 299) return { kind: 'failed', error: badStatus(url, status), isUnanswered: false };
  if (!answer.hasBody) return { kind: 'skipped', reason: skipReasonOf(answer.mediaType) };
  const document = await request.parse(answer.body, {
    uri: url,
    mediaType: answer.mediaType,
    ...(answer.charset === '' ? {} : { charset: answer.charset }),
  });
  const refresh = normalizeUrl(document.page?.refresh ?? '', url);
  if (refresh !== undefined && refresh !== url && document.text.length <= MAX_REFRESH_TEXT) {
    return { kind: 'redirect', location: refresh };
  }
  return { kind: 'page', page: describe(url, answer, { document, request }) };
}

function badStatus(url: string, status: number): QuarryError {
  const isBarred = status === 401 || status === 403 || status === 407;
  return new QuarryError('FETCH_FAILED', `${url} answered ${status}.`, {
    hint: isBarred ? 'The page needs a login or refuses robots; it cannot be fetched.' : 'Try again later.',
    details: { status },
  });
}

function describe(
  url: string,
  answer: FetchedResource,
  { document, request }: { readonly document: ParsedDocument; readonly request: PageRequest },
): FetchedPage {
  const directives = readDirectives(document.page?.robots ?? [], answer.headers['x-robots-tag']);
  const obeyed = request.respectRobots ? directives : { isNoindex: false, isNofollow: false };
  return {
    url,
    status: answer.status,
    document,
    revision: revisionOf(answer.headers),
    lastModified: toIso(answer.headers['last-modified']),
    canonical: normalizeUrl(document.page?.canonical || canonicalHeader(answer), url) ?? url,
    isNoindex: obeyed.isNoindex,
    links: obeyed.isNofollow ? [] : linksOf(url, document, request.respectRobots),
  };
}

function linksOf(url: string, document: ParsedDocument, respectRobots: boolean): string[] {
  if (isMarkdownType(document.mediaType)) return markdownLinks(document.text, url);
  const links = document.links.filter((link) => !respectRobots || !link.nofollow);
  return [...new Set(links.flatMap((link) => normalizeUrl(link.url, url) ?? []))];
}

function canonicalHeader(answer: FetchedResource): string {
  return /<([^<>]{1,2048})>\s*;[^,]{0,200}rel\s*=\s*"?canonical\b/i.exec(answer.headers['link'] ?? '')?.[1] ?? '';
}

/** Validators as one string: `etag=...|modified=...`. */
function revisionOf(headers: Readonly<Record<string, string>>): string {
  const keep = (value: string | undefined): string =>
    value !== undefined && value.length <= MAX_VALIDATOR ? value : '';
  const etag = keep(headers['etag']);
  const modified = keep(headers['last-modified']);
  return etag === '' && modified === '' ? '' : `etag=${etag}|modified=${modified}`;
}

function conditions(revision: string): Record<string, string> {
  const match = /^etag=(.*)\|modified=(.*)$/s.exec(revision);
  if (match === null) return {};
  const [, etag = '', modified = ''] = match;
  return {
    ...(etag === '' ? {} : { 'if-none-match': etag }),
    ...(modified === '' ? {} : { 'if-modified-since': modified }),
  };
}

function toIso(header: string | undefined): string {
  const at = Date.parse(header ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
