import type { SyncContext } from '../../core/ports.js';
import type { FetchedResource, Fetcher } from '../fetch/fetcher.js';
import { HostQueues, politenessFor } from './host-queues.js';
import type { KeptPages } from './kept-pages.js';
import { askPage, type PageAnswer, type ParseDocument, readPage } from './page-answer.js';
import { ALLOW_ALL, loadRobots, type RobotsRules } from './robots.js';
import type { SiteMemory } from './site-memory.js';
import type { CrawlOptions } from './web-options.js';

/** What a visitor is made of. */
export interface VisitorParts {
  readonly fetcher: Fetcher;
  readonly parse: ParseDocument;
  readonly options: CrawlOptions;
  readonly context: SyncContext;
  readonly before: SiteMemory;
  readonly kept?: KeptPages | undefined;
  /** Fires when the crawl ends for any reason. */
  readonly signal: AbortSignal;
}

/** Asks for pages: with robots.txt obeyed, at the pace of each host, and only for news where a version is known. */
export class PageVisitor {
  readonly #parts: VisitorParts;
  readonly #robots = new Map<string, Promise<RobotsRules>>();
  readonly #crawlDelays = new Map<string, number>();
  readonly #queues: HostQueues;

  constructor(parts: VisitorParts) {
    this.#parts = parts;
    this.#queues = new HostQueues((origin) => politenessFor(parts.options, this.#crawlDelays.get(origin)));
  }

  /** Rules of a host, asked for once. @throws QuarryError FETCH_FAILED, URL_BLOCKED, CANCELLED */
  robotsOf(origin: string): Promise<RobotsRules> {
    if (!this.#parts.options.respectRobots) return Promise.resolve(ALLOW_ALL);
    const existing = this.#robots.get(origin);
    if (existing !== undefined) return existing;
    const loading = this.#loadRobots(origin);
    loading.catch(() => undefined);
    this.#robots.set(origin, loading);
    return loading;
  }

  async #loadRobots(origin: string): Promise<RobotsRules> {
    const rules = await loadRobots(origin, this.#parts.fetcher, this.#parts.signal);
    if (rules.crawlDelayMs !== undefined) this.#crawlDelays.set(origin, rules.crawlDelayMs);
    return rules;
  }

  /**
   * Asks for a page. `isFresh` gets it even when it has not changed.
   * @throws QuarryError CANCELLED; FETCH_FAILED, URL_BLOCKED when the host's robots.txt cannot be read
   */
  async visit(url: string, how: { readonly isRoot?: boolean; readonly isFresh?: boolean } = {}): Promise<PageAnswer> {
    const { fetcher, parse, options, kept, signal } = this.#parts;
    const rules = await this.robotsOf(new URL(url).origin);
    if (!rules.isAllowed(url)) return { kind: 'skipped', reason: 'robots' };
    const request = {
      fetcher,
      parse,
      signal,
      ...(how.isFresh === true ? { revision: '', isStale: false } : this.#knownVersion(url)),
      kept,
      isRoot: how.isRoot === true,
      respectRobots: options.respectRobots,
    };
    return this.#queues.run(url, () => askPage(url, request), signal);
  }

  /** A page from its kept body, without a request; undefined when it is not kept. @throws QuarryError CANCELLED */
  async readKept(url: string): Promise<PageAnswer | undefined> {
    const { fetcher, parse, options, kept, before, signal } = this.#parts;
    const revision = before.get(url)?.revision ?? '';
    const answer = revision === '' ? undefined : await kept?.read(url, revision);
    if (answer === undefined) return undefined;
    const { respectRobots } = options;
    return readPage(url, answer, { fetcher, parse, signal, revision, isStale: true, isRoot: false, respectRobots });
  }

  /** Fetches a file that is no page (a sitemap, llms.txt) at the host's pace. @throws QuarryError as the fetcher does */
  fetchFile(url: string, maxBytes: number): Promise<FetchedResource> {
    const { fetcher, signal } = this.#parts;
    return this.#queues.run(url, () => fetcher.fetch(url, { signal, maxBytes }), signal);
  }

  /** Resolves when no request is under way any more; soon, once the signal has fired. */
  settle(): Promise<void> {
    return this.#queues.settle();
  }

  /**
   * Validators to ask with: only when the store still holds the very version that they stand for. Stale is one that is to
   * be read again though it has not changed.
   */
  #knownVersion(url: string): { readonly revision: string; readonly isStale: boolean } {
    const { before, context, kept } = this.#parts;
    const page = before.get(url);
    if (page === undefined || context.full) return { revision: '', isStale: false };
    if (page.outcome !== 'document') return { revision: page.revision, isStale: false };
    const known = context.known(page.uri);
    if (known?.revision === '' && kept !== undefined) return { revision: page.revision, isStale: true };
    return { revision: known?.revision === page.revision ? page.revision : '', isStale: false };
  }
}
