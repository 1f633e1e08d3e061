import { throwIfCancelled, toQuarryError } from '../../core/errors.js';
import type { SyncItem } from '../../core/ports.js';
import type { FetchedResource } from '../fetch/fetcher.js';
import { markdownLinks } from './markdown-links.js';
import type { FetchedPage } from './page-answer.js';
import { toDocument } from './page-document.js';
import type { PageVisitor } from './page-visitor.js';
import type { CrawlSeeds } from './site-crawl.js';
import { readSitemaps } from './sitemap.js';
import { folderOf, type UrlScope } from './url-scope.js';
import type { CrawlOptions } from './web-options.js';

/** What finding seeds needs. */
export interface SeedReader {
  readonly scope: UrlScope;
  readonly options: CrawlOptions;
  readonly visitor: PageVisitor;
  readonly signal: AbortSignal;
}

const MAX_LLMS_BYTES = 5 * 1024 * 1024;
const MAX_SITEMAP_BYTES = 50 * 1024 * 1024;

/** Pages that the site names outside its pages: llms.txt and sitemaps, as far as they lie in the source. */
export async function findSeeds(reader: SeedReader): Promise<CrawlSeeds> {
  const { options } = reader;
  const isSite = options.scope !== 'page' && options.maxDepth > 0;
  const linked = isSite && options.llmsTxt !== 'off' ? await readLlmsTxt(reader) : [];
  const { entries, failures } = isSite && options.sitemap ? await readSite(reader) : { entries: [], failures: [] };
  const inside = entries.flatMap(({ url, modifiedAt }) => {
    const admitted = reader.scope.admit(url);
    return admitted === undefined ? [] : [{ url: admitted, modifiedAt }];
  });
  return {
    linked,
    listed: inside.map(({ url }) => url),
    listedAt: new Map(
      inside.filter(({ modifiedAt }) => modifiedAt !== '').map(({ url, modifiedAt }) => [url, modifiedAt]),
    ),
    failure: failures[0],
  };
}

async function readSite({ scope, visitor, signal }: SeedReader): ReturnType<typeof readSitemaps> {
  const { sitemaps } = await visitor.robotsOf(scope.origin);
  const start = sitemaps.length > 0 ? sitemaps : [`${scope.origin}/sitemap.xml`];
  return readSitemaps(start, { fetch: (url) => visitor.fetchFile(url, MAX_SITEMAP_BYTES), signal });
}

/** The file may stand at the root of the host or in the folder of the source. */
function llmsPlaces(scope: UrlScope, name: string): string[] {
  return [...new Set([`${scope.origin}${folderOf(scope.root)}${name}`, `${scope.origin}/${name}`])];
}

async function readLlmsTxt(reader: SeedReader): Promise<string[]> {
  const found: string[] = [];
  for (const place of llmsPlaces(reader.scope, 'llms.txt')) {
    const answer = await fetchQuietly(place, reader);
    if (answer === undefined) continue;
    const links = markdownLinks(new TextDecoder().decode(answer.body), answer.url);
    found.push(...links.flatMap((link) => reader.scope.admit(link) ?? []));
  }
  return [...new Set(found)];
}

/** With `llmsTxt: full`, the items for the site's llms-full.txt; undefined when not wanted or not there. */
export async function keepFullText(reader: SeedReader): Promise<SyncItem[] | undefined> {
  if (reader.options.llmsTxt !== 'full') return undefined;
  for (const place of llmsPlaces(reader.scope, 'llms-full.txt')) {
    const answer = await reader.visitor.visit(place, { isRoot: true, isFresh: true });
    if (answer.kind === 'failed') throw answer.error;
    if (answer.kind !== 'page' || answer.page.document.mediaType === 'text/html') continue;
    return fullTextItems(answer.page);
  }
  return undefined;
}

function fullTextItems(page: FetchedPage): SyncItem[] {
  return [
    { type: 'expected', total: 1 },
    {
      type: 'document',
      document: toDocument(page, { uri: page.url, depth: 0, listedAt: '' }),
      titles: page.document.titles,
    },
    { type: 'complete', state: null },
  ];
}

/** A file that only helps: when robots.txt bars it, or it cannot be read, or it is a web page, there is none. */
async function fetchQuietly(url: string, { visitor, scope, signal }: SeedReader): Promise<FetchedResource | undefined> {
  const rules = await visitor.robotsOf(scope.origin);
  if (!rules.isAllowed(url)) return undefined;
  try {
    const answer = await visitor.fetchFile(url, MAX_LLMS_BYTES);
    const isText = answer.status === 200 && answer.mediaType !== 'text/html';
    return isText ? answer : undefined;
  } catch (error) {
    throwIfCancelled(signal);
    if (toQuarryError(error).code === 'CANCELLED') throw error;
    return undefined;
  }
}
