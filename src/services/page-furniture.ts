import { cutPage } from '../core/furniture/cut-page.js';
import { type FramedRecord, packFrames, unpackFrames } from '../core/furniture/pack-frames.js';
import { type FramedPage, framePage, type PageFrame } from '../core/furniture/page-frame.js';
import { type PageCut, SiteFurniture, UNCUT } from '../core/furniture/site-furniture.js';
import { sha256 } from '../core/identity.js';
import type { KnowledgeStore } from '../core/ports.js';
import type { ReadDocument } from '../core/read-document.js';
import type { ExtractedDocument } from '../core/types.js';

/** Kind of the records that hold what is remembered of each source's pages. */
const RECORD = 'page-frames';
/** Pages that are held back until it can be told what they share; a whole site of this size is written once. */
const MOST_HELD = 512;
const MOST_HELD_CHARACTERS = 16_000_000;
/** It is told anew whenever the number of pages has grown by this factor. */
const GROWTH = 4;
const HASH_DIGITS = 16;
const PAGES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml']);

/**
 * Takes from the pages of one source what is the site's: headings, banners, menus and feet that most of them have. The
 * first pages are held back until that can be told; at the end it is told of all, and {@link settle} names the pages that
 * are stored otherwise. What is remembered of a page is hashes, so that a sync which meets it unchanged can still count it.
 */
export class PageFurniture {
  readonly #store: KnowledgeStore;
  readonly #source: string;
  readonly #records: Map<string, FramedRecord>;
  readonly #held: { readonly document: ExtractedDocument; readonly page: FramedPage }[] = [];
  #heldCharacters = 0;
  #furniture: SiteFurniture | undefined;
  #isFinal = false;
  #decidedAt = 0;

  private constructor(store: KnowledgeStore, source: string, records: Map<string, FramedRecord>) {
    this.#store = store;
    this.#source = source;
    this.#records = records;
    if (records.size > 0) this.#decide();
  }

  /** Takes up what the last sync of a source remembered. */
  static async load(store: KnowledgeStore, source: string): Promise<PageFurniture> {
    return new PageFurniture(store, source, unpackFrames(await store.getRecord(RECORD, source)));
  }

  /** Forgets a source. */
  static async drop(store: KnowledgeStore, source: string): Promise<void> {
    await store.deleteRecord(RECORD, source);
  }

  /** Whether a document is a page of a site, of which parts may be the site's. */
  static isPage({ mediaType }: Pick<ExtractedDocument, 'mediaType'>): boolean {
    return PAGES.has(mediaType);
  }

  /** How many of the pages that are remembered lost something. */
  get trimmed(): number {
    return [...this.#records.values()].filter(({ cut }) => cut !== '' && !cut.endsWith(':')).length;
  }

  /** Whether the page is remembered in the version that is stored. */
  remembers(uri: string, contentHash: string): boolean {
    const hash = this.#records.get(uri)?.hash;
    return hash !== undefined && hash !== '' && contentHash.startsWith(hash);
  }

  /** Takes a document; gives those that can be stored now. */
  take({ document, titles }: ReadDocument): ExtractedDocument[] {
    if (!PageFurniture.isPage(document)) return [document];
    const page = framePage(document.text, [document.title, ...(titles ?? [])]);
    this.#records.set(document.uri, { frame: page.frame, cut: '', hash: '' });
    if (this.#furniture !== undefined) {
      if (!this.#isFinal && this.#records.size >= this.#decidedAt * GROWTH) this.#decide();
      return [this.#cut(document, page)];
    }
    this.#held.push({ document, page });
    this.#heldCharacters += document.text.length;
    const isEnough = this.#held.length >= MOST_HELD || this.#heldCharacters >= MOST_HELD_CHARACTERS;
    return isEnough ? this.#release() : [];
  }

  /**
   * All pages are known now. Gives the documents that were held back, and the addresses of stored pages that would be
   * stored otherwise today: they have to be read again, and taken again.
   */
  settle(isStanding: (uri: string) => boolean): { readonly held: ExtractedDocument[]; readonly stale: string[] } {
    for (const uri of [...this.#records.keys()]) if (!isStanding(uri)) this.#records.delete(uri);
    this.#decide();
    this.#isFinal = true;
    const held = this.#release();
    const isStale = ({ frame, cut }: FramedRecord): boolean => cut !== packCut(this.#cutOf(frame));
    return { held, stale: [...this.#records].filter(([, record]) => isStale(record)).map(([uri]) => uri) };
  }

  /** Remembers the pages until the next sync. */
  async save(): Promise<void> {
    if (this.#records.size > 0) await this.#store.putRecord(RECORD, this.#source, packFrames(this.#records));
    else await PageFurniture.drop(this.#store, this.#source);
  }

  #decide(): void {
    this.#furniture = new SiteFurniture([...this.#records.values()].map(({ frame }) => frame));
    this.#decidedAt = Math.max(MOST_HELD, this.#records.size);
  }

  #release(): ExtractedDocument[] {
    if (this.#furniture === undefined) this.#decide();
    this.#heldCharacters = 0;
    return this.#held.splice(0).map(({ document, page }) => this.#cut(document, page));
  }

  #cutOf(frame: PageFrame): PageCut {
    return this.#furniture?.cutOf(frame, !this.#isFinal) ?? UNCUT;
  }

  #cut(document: ExtractedDocument, page: FramedPage): ExtractedDocument {
    const cut = this.#cutOf(page.frame);
    const { text, title } = cutPage(document.text, page, cut);
    const hash = sha256(text).slice(0, HASH_DIGITS);
    this.#records.set(document.uri, { frame: page.frame, cut: packCut(cut), hash });
    return { ...document, text, title: title === '' ? document.title : title };
  }
}

function packCut({ dropped, title }: PageCut): string {
  return `${title}:${dropped.join(',')}`;
}
