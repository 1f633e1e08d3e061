import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import { isSpellingOf, visitKey } from '../../core/normalize-url.js';
import type { SyncContext, SyncItem } from '../../core/ports.js';
import { CrawlRecord } from './crawl-record.js';
import { type Discovery, Frontier } from './frontier.js';
import { mapInOrder } from './map-in-order.js';
import type { FetchedPage, PageAnswer } from './page-answer.js';
import type { PageVisitor } from './page-visitor.js';
import { encodeMemory, type PageMemory, type SiteMemory } from './site-memory.js';
import { createTrapGuard } from './trap-guard.js';
import type { UrlScope } from './url-scope.js';
import { WaitingList } from './waiting-list.js';
import type { CrawlOptions } from './web-options.js';

/** What a crawl is given. */
export interface CrawlParts {
  readonly scope: UrlScope;
  readonly options: CrawlOptions;
  readonly context: SyncContext;
  readonly visitor: PageVisitor;
  readonly before: SiteMemory;
  readonly seeds: CrawlSeeds;
}

/** Where else to start from than the start page. */
export interface CrawlSeeds {
  /** Pages that llms.txt names; they rank with links of the start page. */
  readonly linked: readonly string[];
  /** Pages that sitemaps name. */
  readonly listed: readonly string[];
  /** Modification times that sitemaps give, by address. */
  readonly listedAt: ReadonlyMap<string, string>;
  /** Something of the above could not be read, so that not seeing a page proves nothing. */
  readonly failure: QuarryError | undefined;
}

/** Requests allowed per page kept, so that a site of redirects and duplicates ends too. */
const REQUESTS_PER_PAGE = 3;
const SPARE_REQUESTS = 100;

/** After this many pages in a row without any answer the host is taken to be down. */
const MAX_UNANSWERED = 10;

/** Walks one site breadth first and yields what it finds, in an order that depends on the site alone. */
export class SiteCrawl {
  readonly #parts: CrawlParts;
  readonly #frontier: Frontier;
  readonly #record: CrawlRecord;
  readonly #waiting: WaitingList;
  readonly #linked: ReadonlySet<string>;
  readonly #guesses = new Set<string>();
  #requests = 0;
  #unanswered = 0;
  #left: string[] = [];
  #stopped: QuarryError | undefined;

  constructor(parts: CrawlParts) {
    const { scope, options, context, before, visitor, seeds } = parts;
    this.#parts = parts;
    this.#linked = new Set(seeds.linked);
    this.#frontier = new Frontier({ scope, traps: createTrapGuard(options), maxDepth: options.maxDepth });
    this.#record = new CrawlRecord({ context, before, listedAt: seeds.listedAt });
    this.#waiting = new WaitingList({
      record: this.#record,
      before,
      visitFresh: (url) => visitor.visit(url, { isFresh: true }),
      judge: (url, answer) => [...this.#judge(url, answer, true)],
    });
  }

  /** Streams the site, starting from the answer that the start page gave. @throws QuarryError CANCELLED */
  async *run(rootAnswer: PageAnswer): AsyncGenerator<SyncItem, void, undefined> {
    const { scope, seeds } = this.#parts;
    const answers = new Map([[scope.root, rootAnswer]]);
    this.#frontier.plantRoot(scope.root);
    do {
      yield* this.#walkLevel(answers);
      if (this.#frontier.depth > 0) continue;
      yield* this.#offer(seeds.linked, 'link');
      yield* this.#offer(seeds.listed, 'seed');
    } while (this.#stopped === undefined && this.#frontier.descend());
    yield* this.#finish();
  }

  async *#walkLevel(answers: Map<string, PageAnswer>): AsyncGenerator<SyncItem, void, undefined> {
    for (let round = this.#frontier.takeRound(); round.length > 0; round = this.#frontier.takeRound()) {
      yield { type: 'expected', total: Math.min(this.#parts.options.maxPages, this.#frontier.size) };
      yield* this.#walkRound(round, answers);
      if (this.#stopped !== undefined) break;
    }
    yield* await this.#waiting.settle();
  }

  async *#walkRound(
    round: readonly string[],
    answers: Map<string, PageAnswer>,
  ): AsyncGenerator<SyncItem, void, undefined> {
    const { context, visitor, options } = this.#parts;
    const ask = async (url: string): Promise<PageAnswer> => answers.get(url) ?? (await visitor.visit(url));
    let judged = 0;
    for await (const [url, answer] of mapInOrder(
      round,
      () => this.#window(),
      (url) => this.#askSafely(ask, url),
    )) {
      throwIfCancelled(context.signal);
      judged += 1;
      this.#requests += 1;
      yield* this.#judge(url, answer, false);
      this.#countSilence(answer);
      context.report({
        stage: 'fetch',
        done: this.#record.pages,
        total: Math.min(options.maxPages, Math.max(this.#frontier.size, this.#record.pages)),
        message: url,
      });
      if (this.#stopped !== undefined) break;
    }
    if (judged === round.length) return;
    this.#left = round.slice(judged);
    this.#stopped ??= limitReached(options.maxPages);
  }

  /** Another host of the site (http beside https) may have no readable robots.txt; that fails its pages, not the crawl. */
  async #askSafely(ask: (url: string) => Promise<PageAnswer>, url: string): Promise<PageAnswer> {
    try {
      return await ask(url);
    } catch (error) {
      throwIfCancelled(this.#parts.context.signal);
      if (error instanceof QuarryError && error.code !== 'CANCELLED')
        return { kind: 'failed', error, isUnanswered: true };
      throw error;
    }
  }

  /** How many pages may be under way: never more than may still be kept, so that nothing is fetched in vain. */
  #window(): number {
    const { maxPages, concurrency } = this.#parts.options;
    if (this.#stopped !== undefined) return 0;
    const requestsLeft = maxPages * REQUESTS_PER_PAGE + SPARE_REQUESTS - this.#requests;
    return Math.max(0, Math.min(concurrency * 2, maxPages - this.#record.pages, requestsLeft));
  }

  #countSilence(answer: PageAnswer): void {
    this.#unanswered = answer.kind === 'failed' && answer.isUnanswered ? this.#unanswered + 1 : 0;
    if (this.#unanswered < MAX_UNANSWERED || answer.kind !== 'failed') return;
    this.#stopped = new QuarryError(
      'FETCH_FAILED',
      `${this.#parts.scope.origin} does not answer any more: ${answer.error.message}`,
      {
        hint: 'Sync again later; what is stored stays, and unchanged pages are not fetched again.',
        cause: answer.error,
      },
    );
  }

  /** `isSecond`: asked for again, because its first answer could not be judged; its links are followed already. */
  *#judge(url: string, answer: PageAnswer, isSecond: boolean): Generator<SyncItem, void, undefined> {
    const memory = this.#parts.before.get(url);
    switch (answer.kind) {
      case 'page':
        yield* this.#judgePage(this.#withOwnLinks(answer.page), isSecond);
        return;
      case 'unchanged':
        if (memory !== undefined) yield* this.#judgeUnchanged(url, memory);
        return;
      case 'redirect':
        yield* isSecond ? this.#record.skip(url, 'duplicate') : this.#judgeRedirect(url, answer.location);
        return;
      case 'missing':
        yield* this.#judgeMissing(url);
        return;
      case 'skipped':
        yield* this.#record.skip(url, answer.reason);
        return;
      case 'failed':
        if (memory !== undefined && !isSecond) yield* this.#offer(memory.links, 'link');
        yield* this.#record.fail(url, answer.error);
    }
  }

  /** A start page without text or links is a failure to tell the user about, not one empty page among many. */
  #judgeEmpty(page: FetchedPage): SyncItem[] {
    const isDeadEnd = page.url === this.#parts.scope.root && page.links.length === 0;
    return isDeadEnd ? this.#record.fail(page.url, textless(page.url)) : this.#record.pass(page, 'empty');
  }

  /** An address that was only guessed is nobody's broken link. */
  *#judgeMissing(url: string): Generator<SyncItem, void, undefined> {
    for (const item of this.#record.miss(url)) if (item.type === 'removed' || !this.#guesses.has(url)) yield item;
  }

  /** Links to other sites are neither followed nor remembered. */
  #withOwnLinks(page: FetchedPage): FetchedPage {
    return { ...page, links: page.links.filter((link) => this.#parts.scope.admit(link) !== undefined) };
  }

  *#judgePage(page: FetchedPage, isSecond: boolean): Generator<SyncItem, void, undefined> {
    const { scope, options } = this.#parts;
    const { depth } = this.#frontier;
    if (!isSecond) yield* this.#offer(page.links, 'link');
    if (page.isNoindex) yield* this.#record.pass(page, 'robots');
    else if (page.document.text === '') yield* this.#judgeEmpty(page);
    else if (options.scope !== 'page' && !scope.isWanted(page.url)) yield* this.#record.pass(page, 'ignored');
    else {
      const canonical = isSecond ? undefined : this.#canonicalOf(page);
      if (canonical === undefined) yield* this.#record.keep(page, page.url, depth);
      else if (canonical.isSpelling) yield* this.#record.keep(page, canonical.url, depth);
      else {
        this.#record.wait(page.url);
        this.#waiting.add({ kind: 'page', url: page.url, target: canonical.url, page, depth });
      }
    }
  }

  /**
   * Another address that the page says is its proper one, when that lies in the source. A mere spelling is believed, and
   * not visited again; any other has to be visited before it is believed.
   */
  #canonicalOf(page: FetchedPage): { readonly url: string; readonly isSpelling: boolean } | undefined {
    const { scope } = this.#parts;
    const claimed = page.canonical === page.url ? this.#twinOf(page.url) : page.canonical;
    const url = claimed === undefined ? undefined : scope.admit(claimed);
    if (url === undefined || visitKey(url) === visitKey(page.url) || !scope.isWanted(url)) return undefined;
    if (isSpellingOf(page.url, url) && this.#frontier.settle(url)) return { url, isSpelling: true };
    const before = this.#frontier.size;
    const target = this.#frontier.target(url);
    if (target === undefined) return undefined;
    if (page.canonical === page.url && this.#frontier.size > before) this.#guesses.add(target);
    return { url: target, isSpelling: false };
  }

  /** Where llms.txt names `/page.md`, `/page` is the address that people know, if there is one. */
  #twinOf(url: string): string | undefined {
    return this.#linked.has(url) && /\.md$/.test(url)
      ? url.replace(/(?:(?<=\/)index(?:\.html)?)?\.md$/, '')
      : undefined;
  }

  *#judgeUnchanged(url: string, memory: PageMemory): Generator<SyncItem, void, undefined> {
    yield* this.#offer(memory.links, 'link');
    if (memory.outcome === 'document') {
      if (memory.uri !== url) this.#frontier.settle(memory.uri);
      yield* this.#record.unchanged(url, memory);
      return;
    }
    const isTwin = memory.outcome === 'canonical' || memory.outcome === 'duplicate';
    if (!isTwin || (memory.outcome === 'duplicate' && this.#record.hasContent(memory.hash))) {
      yield* this.#record.stillNothing(url, memory);
      return;
    }
    const target = memory.outcome === 'canonical' ? this.#frontier.target(memory.uri) : undefined;
    this.#record.wait(url);
    this.#waiting.add({ kind: 'unchanged', url, target: target ?? memory.uri, memory });
  }

  *#judgeRedirect(url: string, location: string): Generator<SyncItem, void, undefined> {
    const target = location === '' ? undefined : this.#frontier.target(location);
    if (target === undefined) {
      yield* this.#record.skip(url, 'out-of-scope');
      return;
    }
    this.#record.waitForTarget(url);
    this.#waiting.add({ kind: 'redirect', url, target });
  }

  *#offer(urls: readonly string[], discovery: Discovery): Generator<SyncItem, void, undefined> {
    for (const url of urls) {
      const admission = this.#frontier.offer(url, discovery);
      if (admission === 'binary') yield { type: 'skipped', uri: url, reason: 'binary' };
      else if (admission === 'trap') yield { type: 'skipped', uri: url, reason: 'limit' };
      else if (admission === 'unwanted') yield { type: 'skipped', uri: url, reason: 'ignored' };
    }
  }

  *#finish(): Generator<SyncItem, void, undefined> {
    const { seeds } = this.#parts;
    if (this.#stopped !== undefined) {
      for (const uri of [...this.#left, ...this.#frontier.rest()]) yield { type: 'skipped', uri, reason: 'limit' };
      this.#record.carryOver();
    }
    const doubt = this.#stopped ?? seeds.failure ?? (this.#record.hasLostLinks ? linksLost() : undefined);
    if (doubt !== undefined) yield { type: 'unreadable', prefix: '', error: doubt };
    yield { type: 'complete', state: encodeMemory(this.#record.memory) };
  }
}

function limitReached(maxPages: number): QuarryError {
  return new QuarryError(
    'LIMIT_REACHED',
    `The site has more pages than the limit of ${maxPages}; the rest was not read.`,
    {
      hint: 'Raise maxPages, or narrow the source with scope, include or exclude. Pages that vanished are not removed while the limit is in the way.',
      details: { maxPages },
    },
  );
}

function linksLost(): QuarryError {
  return new QuarryError('FETCH_FAILED', 'A stored page could not be read, and what it links to is not remembered.', {
    hint: 'Nothing is removed this time. Sync again when the page answers.',
  });
}

function textless(url: string): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', `${url} holds neither text nor links.`, {
    hint: 'The page may be built by JavaScript, which is not run. Look for a Markdown version, an llms.txt, or the sources of the site.',
  });
}
