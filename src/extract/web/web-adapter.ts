import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import { normalizeUrl } from '../../core/normalize-url.js';
import type { SourceAdapter, SourceSpec, SyncContext, SyncItem } from '../../core/ports.js';
import type { JsonObject } from '../../core/types.js';
import type { FetcherOptions } from '../fetch/fetch-settings.js';
import { createFetcher, type Fetcher } from '../fetch/fetcher.js';
import { showUrl } from '../fetch/url-guard.js';
import { parseDocument } from '../formats/parse-document.js';
import { findSeeds, keepFullText } from './crawl-seeds.js';
import { KeptPages, type KeptPagesOptions } from './kept-pages.js';
import type { PageAnswer } from './page-answer.js';
import { toDocument } from './page-document.js';
import { PageVisitor } from './page-visitor.js';
import { SiteCrawl } from './site-crawl.js';
import { decodeMemory, type SiteMemory } from './site-memory.js';
import { createScope } from './url-scope.js';
import { type CrawlOptions, completeWebOptions, parseWebOptions } from './web-options.js';

/** How a web adapter fetches: settings of its own fetcher, or a fetcher to share (which stays the caller's to close). */
export type WebAdapterOptions = (FetcherOptions | { readonly fetcher: Fetcher }) & {
  /** Where bodies of pages are kept, each source's in a folder of its own; absent: none are. */
  readonly kept?: KeptPagesOptions | undefined;
};

/** Makes the adapter of `web` sources: one page or a site, options as in `webOptionsSchema`. */
export function createWebAdapter(options: WebAdapterOptions): SourceAdapter {
  const fetcher = 'fetcher' in options ? options.fetcher : createFetcher(options);
  const keptOf = ({ uri }: SourceSpec): KeptPages | undefined => {
    if (options.kept === undefined || options.kept.maxBytes === 0) return undefined;
    return new KeptPages({ ...options.kept, folder: join(options.kept.folder, sha256(uri).slice(0, 24)) });
  };
  return {
    kind: 'web',
    resolve: async (target, options) => resolveSite(target, options, fetcher),
    namedPaths: () => [],
    openedPaths: async () => [],
    sync: (spec, context) => syncSite(spec, context, { fetcher, kept: keptOf(spec) }),
    reread: (spec, uris, context) => rereadSite(spec, { uris, context, fetcher, kept: keptOf(spec) }),
    forget: async (spec) => keptOf(spec)?.keepOnly([]),
  };
}

function resolveSite(target: string, options: JsonObject, fetcher: Fetcher): SourceSpec {
  const asked = parseWebOptions(options);
  const address = addressOf(target.trim());
  const uri = normalizeUrl(fetcher.check(address).href);
  if (uri === undefined) {
    throw new QuarryError('INPUT_INVALID', 'The address is too long to be a page.', {
      hint: 'Give a shorter address.',
    });
  }
  const complete = completeWebOptions(asked, uri);
  const { host, pathname } = new URL(uri);
  return { kind: 'web', uri, label: `${host}${pathname === '/' ? '' : pathname}`, options: complete };
}

/** A host with a dot in its name, or `localhost`, may stand without its scheme. */
const BARE_ADDRESS = /^(?:localhost|[^\s/?#@:\\.~][^\s/?#@:\\.]*(?:\.[^\s/?#@:\\.]+)+\.?)(?::\d+)?(?:[/?#]|$)/i;

/** @throws QuarryError INPUT_INVALID for a path, a repository or an address that is no page's */
function addressOf(text: string): string {
  // Other schemes of addresses are refused as such.
  if (/^(?!file:|ssh:|git)[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && BARE_ADDRESS.test(text)) return `https://${text}`;
  throw new QuarryError('INPUT_INVALID', `${JSON.stringify(showUrl(text))} is not the address of a web page.`, {
    hint: 'Give an http:// or https:// address, or name the kind that the target has: files for a path, github for a repository.',
  });
}

async function* syncSite(
  spec: SourceSpec,
  context: SyncContext,
  { fetcher, kept }: { readonly fetcher: Fetcher; readonly kept: KeptPages | undefined },
): AsyncGenerator<SyncItem, void, undefined> {
  const options = completeWebOptions(parseWebOptions(spec.options), spec.uri);
  // Ends what is still under way when the consumer stops early or something throws.
  const ending = new AbortController();
  // Every request under way listens to it; the warning is meant for listeners that pile up.
  setMaxListeners(0, ending.signal);
  const onAbort = (): void => ending.abort();
  context.signal.addEventListener('abort', onAbort, { once: true });
  if (context.signal.aborted) ending.abort();
  const before = decodeMemory(context.state);
  const visitor = new PageVisitor({
    fetcher,
    parse: parseDocument,
    options,
    context,
    before,
    kept,
    signal: ending.signal,
  });
  try {
    for await (const item of crawl({
      start: spec.uri,
      options,
      context,
      visitor,
      before,
      fetcher,
      signal: ending.signal,
    })) {
      if (item.type === 'complete') await kept?.keepOnly(decodeMemory(item.state).keys());
      yield item;
    }
  } finally {
    context.signal.removeEventListener('abort', onAbort);
    ending.abort();
    await visitor.settle();
  }
}

/** Documents of a site again: from their kept bodies, else from the site. */
async function* rereadSite(
  spec: SourceSpec,
  parts: {
    readonly uris: ReadonlySet<string>;
    readonly context: SyncContext;
    readonly fetcher: Fetcher;
    readonly kept: KeptPages | undefined;
  },
): AsyncGenerator<SyncItem, void, undefined> {
  const { uris, context, fetcher, kept } = parts;
  const { signal } = context;
  const options = completeWebOptions(parseWebOptions(spec.options), spec.uri);
  const memory = decodeMemory(context.state);
  const visitor = new PageVisitor({ fetcher, parse: parseDocument, options, context, before: memory, kept, signal });
  for (const [url, page] of memory) {
    if (page.outcome !== 'document' || !uris.has(page.uri)) continue;
    const answer = (await visitor.readKept(url)) ?? (await visitor.visit(url, { isFresh: true }));
    if (answer.kind !== 'page') continue;
    const document = toDocument(answer.page, { uri: page.uri, depth: 0, listedAt: '' });
    yield { type: 'document', document, titles: answer.page.document.titles };
  }
}

interface Crawl {
  readonly start: string;
  readonly options: CrawlOptions;
  readonly context: SyncContext;
  readonly visitor: PageVisitor;
  readonly before: SiteMemory;
  readonly fetcher: Fetcher;
  readonly signal: AbortSignal;
}

async function* crawl(parts: Crawl): AsyncGenerator<SyncItem, void, undefined> {
  const { start, options, context, visitor, before } = parts;
  const { root, answer } = await openRoot(start, visitor, parts.fetcher);
  const scope = createScope(root, start, options);
  const reader = { scope, options, visitor, signal: parts.signal };
  const full = await keepFullText(reader);
  if (full !== undefined) {
    yield* full;
    return;
  }
  const seeds = await findSeeds(reader);
  const hasSeeds = seeds.linked.length + seeds.listed.length > 0;
  if (options.scope !== 'page' && !hasSeeds) refuseDeadRoot(answer, before.size > 0);
  yield* new SiteCrawl({ scope, options, context, visitor, before, seeds }).run(answer);
}

const MAX_ROOT_REDIRECTS = 10;

/**
 * Asks for the start page, and where it leads. The scope of the source follows it.
 * @throws QuarryError FETCH_FAILED, URL_BLOCKED, ROBOTS_DISALLOWED, CANCELLED
 */
async function openRoot(
  start: string,
  visitor: PageVisitor,
  fetcher: Fetcher,
): Promise<{ readonly root: string; readonly answer: PageAnswer }> {
  const hops: string[] = [];
  let root = start;
  while (hops.length <= MAX_ROOT_REDIRECTS) {
    const answer = await visitor.visit(root, { isRoot: true });
    if (answer.kind === 'skipped' && answer.reason === 'robots') {
      throw new QuarryError('ROBOTS_DISALLOWED', `robots.txt does not allow robots to read ${root}.`, {
        hint: 'Choose another start page, or set respectRobots to false for a site of your own.',
      });
    }
    if (answer.kind !== 'redirect') return { root, answer };
    hops.push(root);
    if (answer.location === '' || hops.includes(answer.location)) break;
    root = answer.location;
    fetcher.check(root);
  }
  throw new QuarryError('FETCH_FAILED', `${start} only leads from one address to another (${hops.length} redirects).`, {
    hint: 'Open the address in a browser: it may need cookies or a login. Give the final address instead.',
  });
}

/**
 * With nothing else to start from, a start page that cannot be read means that nothing can be. A failure is survived
 * when the links of the last sync are remembered; a start page that is gone is not, for all else would seem gone too.
 */
function refuseDeadRoot(answer: PageAnswer, hasMemory: boolean): void {
  if (answer.kind === 'failed' && !hasMemory) throw answer.error;
  if (answer.kind !== 'missing') return;
  throw new QuarryError('FETCH_FAILED', `The start page answered ${answer.status}: there is nothing at this address.`, {
    hint: 'Check the address. What is stored of this site stays; remove the source if the site is gone.',
    details: { status: answer.status },
  });
}
