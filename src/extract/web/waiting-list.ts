import { QuarryError } from '../../core/errors.js';
import type { SyncItem } from '../../core/ports.js';
import type { CrawlRecord, Outcome } from './crawl-record.js';
import type { FetchedPage, PageAnswer } from './page-answer.js';
import type { PageMemory, SiteMemory } from './site-memory.js';
import { containment, sketchText, type TextSketch } from './text-sketch.js';

/** An address that can be judged only when the address it leads to is known. */
export type Waiting =
  | { readonly kind: 'redirect'; readonly url: string; readonly target: string }
  /** Claims that `target` says the same. */
  | {
      readonly kind: 'page';
      readonly url: string;
      readonly target: string;
      readonly page: FetchedPage;
      readonly depth: number;
    }
  /** Not modified since it said the same as `target`. */
  | { readonly kind: 'unchanged'; readonly url: string; readonly target: string; readonly memory: PageMemory };

/** What settling needs of the crawl. */
export interface SettlingParts {
  readonly record: CrawlRecord;
  readonly before: SiteMemory;
  /** Gets a page even when it has not changed. */
  readonly visitFresh: (url: string) => Promise<PageAnswer>;
  /** Judges the answer for an address that had to be asked for again. */
  readonly judge: (url: string, answer: PageAnswer) => SyncItem[];
}

/** A canonical link is believed when the page that it names holds this share of the page's own text. */
const MIN_CONTAINMENT = 0.6;

const UNVISITED: Outcome = { kind: 'nothing', reason: 'limit' };

/**
 * Redirects and canonical links of one level. They are judged when their targets have been visited, so that a canonical
 * link which points at the wrong page (every page at the home page, say) costs no content.
 */
export class WaitingList {
  readonly #parts: SettlingParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: SettlingParts) {
    this.#parts = parts;
  }

  /** Puts an address on the list until {@link settle}. */
  add(waiting: Waiting): void {
    this.#waiting.set(waiting.url, waiting);
  }

  /** Judges everything on the list, in the order of arrival. @throws QuarryError CANCELLED */
  async settle(): Promise<SyncItem[]> {
    const items: SyncItem[] = [];
    for (const url of [...this.#waiting.keys()]) await this.#resolve(url, new Set(), items);
    return items;
  }

  async #resolve(url: string, trail: Set<string>, items: SyncItem[]): Promise<Outcome> {
    const { record } = this.#parts;
    const waiting = this.#waiting.get(url);
    // An address that is on the trail already closes a circle: it stays `waiting` for whoever asks.
    if (waiting === undefined || trail.has(url)) return record.outcomeOf(url) ?? UNVISITED;
    trail.add(url);
    const target = await this.#resolve(waiting.target, trail, items);
    this.#waiting.delete(url);
    items.push(...(await this.#judge(waiting, target)));
    return record.outcomeOf(url) ?? UNVISITED;
  }

  #judge(waiting: Waiting, target: Outcome): Promise<SyncItem[]> | SyncItem[] {
    if (waiting.kind === 'redirect') return this.#judgeRedirect(waiting.url, waiting.target, target);
    return waiting.kind === 'unchanged' ? this.#judgeUnchanged(waiting, target) : this.#judgePage(waiting, target);
  }

  #judgeRedirect(url: string, location: string, target: Outcome): SyncItem[] {
    const { record } = this.#parts;
    switch (target.kind) {
      case 'document':
      case 'duplicate':
        return record.forward(url, target.uri);
      case 'nothing':
        return target.reason === 'missing' ? record.miss(url) : record.skip(url, target.reason);
      case 'failed':
        return record.fail(url, redirectError(url, `leads to ${location}, which could not be read`));
      case 'waiting':
        return record.fail(url, redirectError(url, 'leads in a circle'));
    }
  }

  async #judgeUnchanged(waiting: Extract<Waiting, { kind: 'unchanged' }>, target: Outcome): Promise<SyncItem[]> {
    const { record, visitFresh, judge } = this.#parts;
    const isAsBefore = target.kind === 'document' && target.sketch === undefined && target.uri === waiting.memory.uri;
    if (isAsBefore) return record.stillNothing(waiting.url, waiting.memory);
    return judge(waiting.url, await visitFresh(waiting.url));
  }

  async #judgePage(waiting: Extract<Waiting, { kind: 'page' }>, target: Outcome): Promise<SyncItem[]> {
    const { record } = this.#parts;
    const { page } = waiting;
    const said = target.kind === 'duplicate' ? record.outcomeOf(target.uri) : target;
    if (said?.kind !== 'document') return record.keep(page, page.url, waiting.depth);
    const sketch = said.sketch ?? (await this.#fetchSketch(said.uri));
    const isSame = sketch !== undefined && containment(sketchText(page.document.text), sketch) >= MIN_CONTAINMENT;
    return isSame ? record.fold(page, said.uri, 'canonical') : record.keep(page, page.url, waiting.depth);
  }

  /** The text of a document that has not changed was not sent; a claim about it can only be checked with it. */
  async #fetchSketch(uri: string): Promise<TextSketch | undefined> {
    const answer = await this.#parts.visitFresh(uri);
    return answer.kind === 'page' ? sketchText(answer.page.document.text) : undefined;
  }
}

function redirectError(url: string, what: string): QuarryError {
  return new QuarryError('FETCH_FAILED', `${url} ${what}.`, {
    hint: 'Open the address in a browser: it may need cookies or a login.',
  });
}
