import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import type { SkipReason, SyncContext, SyncItem } from '../../core/ports.js';
import type { FetchedPage } from './page-answer.js';
import { toDocument } from './page-document.js';
import { HASH_DIGITS, type PageMemory, type SiteMemory } from './site-memory.js';
import { sketchText, type TextSketch } from './text-sketch.js';

/** What an address turned out to be. */
export type Outcome =
  /** `sketch` is missing when the origin said "not modified", so that the text was not seen. */
  | { readonly kind: 'document'; readonly uri: string; readonly sketch: TextSketch | undefined }
  | { readonly kind: 'duplicate'; readonly uri: string }
  | { readonly kind: 'nothing'; readonly reason: SkipReason }
  | { readonly kind: 'failed' }
  /** Known only when the address that it leads to is known. */
  | { readonly kind: 'waiting' };

/** What a record is given. */
export interface RecordParts {
  readonly context: SyncContext;
  readonly before: SiteMemory;
  /** Modification times that sitemaps give, by address. */
  readonly listedAt: ReadonlyMap<string, string>;
}

/** Everything a crawl has decided: turns verdicts into items, and remembers them for this sync and the next. */
export class CrawlRecord {
  readonly #parts: RecordParts;
  readonly #outcomes = new Map<string, Outcome>();
  /** First document of each content, by the leading digits of its hash. */
  readonly #uriOfHash = new Map<string, string>();
  readonly #documents = new Map<string, Outcome>();
  readonly #after = new Map<string, PageMemory>();
  #pages = 0;
  #hasLostLinks = false;

  constructor(parts: RecordParts) {
    this.#parts = parts;
  }

  /** Pages kept, unchanged, waiting or failed so far: what the page limit counts. */
  get pages(): number {
    return this.#pages;
  }

  /** True when a page failed whose links were known once and are not any more, so that pages behind it may be unseen. */
  get hasLostLinks(): boolean {
    return this.#hasLostLinks;
  }

  /** What is remembered for the next sync. */
  get memory(): SiteMemory {
    return this.#after;
  }

  /** What an address (visited, or the uri of a document) turned out to be; undefined when it was never met. */
  outcomeOf(url: string): Outcome | undefined {
    return this.#outcomes.get(url) ?? this.#documents.get(url);
  }

  /** Keeps what is remembered of an address that was not visited this time. */
  carryOver(): void {
    for (const [url, page] of this.#parts.before) if (!this.#after.has(url)) this.#after.set(url, page);
  }

  /** The page is counted, and judged later. */
  wait(url: string): void {
    this.#pages += 1;
    this.#outcomes.set(url, { kind: 'waiting' });
  }

  /** A redirect that is judged later; not a page of its own. */
  waitForTarget(url: string): void {
    this.#outcomes.set(url, { kind: 'waiting' });
  }

  /** A page becomes a document, unless its content is one already. */
  keep(page: FetchedPage, uri: string, depth: number): SyncItem[] {
    if (this.#outcomes.get(page.url)?.kind !== 'waiting') this.#pages += 1;
    const hash = hashOf(page.document.text);
    const twin = this.#uriOfHash.get(hash) ?? (this.#documents.has(uri) ? uri : undefined);
    if (twin !== undefined) return this.fold(page, twin, 'duplicate');
    this.#remember(page, { uri, outcome: 'document', hash });
    this.#register(page.url, uri, { hash, sketch: sketchText(page.document.text) });
    const listedAt = this.#parts.listedAt.get(page.url) ?? '';
    const document = toDocument(page, { uri, depth, listedAt });
    return [{ type: 'document', document, titles: page.document.titles }];
  }

  /** A page says the same as the document `uri`: as its canonical link claims, or to the letter. */
  fold(page: FetchedPage, uri: string, outcome: 'canonical' | 'duplicate'): SyncItem[] {
    this.#remember(page, { uri, outcome, hash: hashOf(page.document.text) });
    return this.#duplicate(page.url, uri);
  }

  /** A page that gives no document by its own wish or for want of text. */
  pass(page: FetchedPage, reason: SkipReason): SyncItem[] {
    this.#remember(page, { uri: page.url, outcome: reason, hash: '' });
    return this.#nothing(page.url, reason);
  }

  /** The origin says that the document is as it was. */
  unchanged(url: string, memory: PageMemory): SyncItem[] {
    this.#pages += 1;
    // What is stored may have lost what is the site's; the memory's hash is that of the whole text.
    const { hash } = memory;
    const twin = this.#uriOfHash.get(hash) ?? (this.#documents.has(memory.uri) ? memory.uri : undefined);
    this.#after.set(url, twin === undefined ? memory : { ...memory, uri: twin, outcome: 'duplicate', hash });
    if (twin !== undefined) return this.#duplicate(url, twin);
    this.#register(url, memory.uri, { hash, sketch: undefined });
    return [{ type: 'unchanged', uri: memory.uri }];
  }

  /** The origin says that a page which gave no document of its own is as it was. */
  stillNothing(url: string, memory: PageMemory): SyncItem[] {
    this.#after.set(url, memory);
    const isTwin = memory.outcome === 'canonical' || memory.outcome === 'duplicate';
    if (isTwin) return this.#duplicate(url, memory.uri);
    return this.#nothing(url, memory.outcome === 'document' ? 'empty' : memory.outcome);
  }

  /** Whether some document of this crawl has this content. */
  hasContent(hash: string): boolean {
    return hash !== '' && this.#uriOfHash.has(hash);
  }

  /** An address that is passed over without having been read, or whose content is of no use. */
  skip(url: string, reason: SkipReason): SyncItem[] {
    if (reason === 'too-large' && this.#knownUri(url) !== undefined) {
      return this.fail(
        url,
        new QuarryError('DOCUMENT_TOO_LARGE', `${url} has become too large to read.`, {
          hint: 'The stored version stays.',
        }),
      );
    }
    return this.#nothing(url, reason);
  }

  /** 404 or 410. */
  miss(url: string): SyncItem[] {
    const uri = this.#knownUri(url);
    this.#outcomes.set(url, { kind: 'nothing', reason: 'missing' });
    return [uri === undefined ? { type: 'skipped', uri: url, reason: 'missing' } : { type: 'removed', uri }];
  }

  /** Leads to another address: nothing of its own. */
  forward(url: string, uri: string): SyncItem[] {
    return this.#duplicate(url, uri);
  }

  /** Could not be read; what the store and the memory hold of it stays. */
  fail(url: string, error: QuarryError): SyncItem[] {
    const { before, context } = this.#parts;
    if (this.#outcomes.get(url)?.kind !== 'waiting') this.#pages += 1;
    this.#outcomes.set(url, { kind: 'failed' });
    const memory = before.get(url);
    if (memory !== undefined) this.#after.set(url, memory);
    else if (context.known(url) !== undefined) this.#hasLostLinks = true;
    return [{ type: 'failed', uri: this.#knownUri(url) ?? url, error }];
  }

  #nothing(url: string, reason: SkipReason): SyncItem[] {
    this.#outcomes.set(url, { kind: 'nothing', reason });
    return [{ type: 'skipped', uri: url, reason }];
  }

  #duplicate(url: string, uri: string): SyncItem[] {
    this.#outcomes.set(url, { kind: 'duplicate', uri });
    return [{ type: 'skipped', uri: url, reason: 'duplicate' }];
  }

  #register(url: string, uri: string, content: { hash: string; sketch: TextSketch | undefined }): void {
    const outcome: Outcome = { kind: 'document', uri, sketch: content.sketch };
    this.#outcomes.set(url, outcome);
    this.#documents.set(uri, outcome);
    this.#uriOfHash.set(content.hash, uri);
  }

  #remember(page: FetchedPage, rest: Pick<PageMemory, 'uri' | 'outcome' | 'hash'>): void {
    this.#after.set(page.url, { ...rest, revision: page.revision, links: page.links });
  }

  /** The stored document that an address stands for; undefined when the store has none. */
  #knownUri(url: string): string | undefined {
    const { before, context } = this.#parts;
    const memory = before.get(url);
    const uri = memory?.outcome === 'document' ? memory.uri : url;
    return context.known(uri)?.uri;
  }
}

function hashOf(text: string): string {
  return sha256(text).slice(0, HASH_DIGITS);
}
