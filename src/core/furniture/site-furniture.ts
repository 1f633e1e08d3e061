import { HEAD_BLOCKS, type PageFrame, segmentsIn } from './page-frame.js';

/** Below this many pages nothing is a site's. */
const FEWEST_PAGES = 5;
const LEAST_COUNT = 4;
/** Share of a source's pages that say what the site says. */
const MOST_PAGES = 0.6;
/** Segments of a band of links to the pages around, at most. */
const LARGEST_BAND = 12;
/** A title that so many pages could have, and this share of them, tells nothing of any. */
const FEWEST_SHARED = 5;
const SHARED = 0.1;

/** What a page loses to its site. */
export interface PageCut {
  /** Positions of dropped blocks, counted from the page's beginning; those behind the frame's gap are counted without it. */
  readonly dropped: readonly number[];
  /** Which of the page's titles it gets. */
  readonly title: number;
}

/** Nothing dropped, the title kept. */
export const UNCUT: PageCut = { dropped: [], title: 0 };

/** What the pages of one source have in common. Only counts decide, so the order of pages plays no part. */
export class SiteFurniture {
  readonly #pages: number;
  /** How many pages say a segment, by place; those of one page alone are left out. */
  readonly #counts: ReadonlyMap<string, number>;
  readonly #titles = new Map<string, number>();

  constructor(pages: readonly PageFrame[]) {
    this.#pages = pages.length;
    this.#counts = countPlaces(pages);
    for (const frame of pages)
      for (const key of new Set(frame.titles)) this.#titles.set(key, (this.#titles.get(key) ?? 0) + 1);
  }

  /**
   * What a page of the source loses. While pages are still to come, `presumesTitles` takes a band's other words for titles
   * of theirs.
   */
  cutOf(frame: PageFrame, presumesTitles = false): PageCut {
    if (this.#pages < FEWEST_PAGES) return UNCUT;
    const title = Math.max(
      0,
      frame.titles.findIndex((key) => !this.#isShared(key)),
    );
    const isSites = (token: string): boolean => this.#isSites(token, presumesTitles);
    // A title that gives way names the site: where it stands as a heading, it goes too.
    const siteName = title > 0 ? (frame.titles[0] ?? '') : '';
    return { dropped: droppedOf(frame, frame.blocks.map(isSites), siteName), title };
  }

  #isShared(title: string): boolean {
    return (this.#titles.get(title) ?? 0) >= Math.max(FEWEST_SHARED, this.#pages * SHARED);
  }

  /**
   * Whether a block says nothing of its own: every segment is on most pages, or the title of a page, or a link that
   * another page has too; and those on most pages are half of it, or a third of it where they are links.
   */
  #isSites(token: string, presumesTitles: boolean): boolean {
    const segments = segmentsIn(token);
    let common = 0;
    let links = 0;
    let isCovered = true;
    for (const { key, place, isLink } of segments) {
      if (this.#isCommon(place)) {
        common += 1;
        if (isLink) links += 1;
      } else isCovered &&= this.#titles.has(key) || (isLink && this.#counts.has(place));
    }
    const isMost = common > 0 && (common * 2 >= segments.length || links * 3 >= segments.length);
    return isMost && (isCovered || (presumesTitles && links > 1 && segments.length <= LARGEST_BAND));
  }

  #isCommon(place: string): boolean {
    return (this.#counts.get(place) ?? 0) >= Math.max(LEAST_COUNT, this.#pages * MOST_PAGES);
  }
}

function placesOf(frame: PageFrame): ReadonlySet<string> {
  return new Set(frame.blocks.flatMap((token) => segmentsIn(token).map(({ place }) => place)));
}

/**
 * Pages by what they say. Most of it is said by one page alone, so it is first counted roughly, in as many bytes as a
 * table has, and exactly only where the table has met it twice.
 */
function countPlaces(pages: readonly PageFrame[]): Map<string, number> {
  const table = new Uint8Array(pages.length < 1_000 ? 1 << 16 : 1 << 24);
  const slotOf = (place: string): number => Number.parseInt(place.slice(-6), 16) % table.length;
  for (const frame of pages) {
    for (const place of placesOf(frame)) {
      const slot = slotOf(place);
      table[slot] = Math.min(2, (table[slot] ?? 0) + 1);
    }
  }
  const counts = new Map<string, number>();
  for (const frame of pages) {
    for (const place of placesOf(frame)) {
      if (table[slotOf(place)] === 2) counts.set(place, (counts.get(place) ?? 0) + 1);
    }
  }
  for (const [place, count] of counts) if (count < 2) counts.delete(place);
  return counts;
}

function droppedOf({ blocks, gap }: PageFrame, isSites: readonly boolean[], siteName: string): number[] {
  const head = headOf(gap === 0 ? blocks : blocks.slice(0, HEAD_BLOCKS), isSites, siteName);
  const dropped = new Set([...head.dropped, ...footOf(blocks, isSites, gap === 0 ? head.stop : HEAD_BLOCKS)]);
  const isOwn = (token: string, at: number): boolean => !token.startsWith('h') && !dropped.has(at);
  // A page that would be left with headings alone is one whose content is what others have as a menu.
  return gap > 0 || blocks.some(isOwn) ? [...dropped].sort((a, b) => a - b) : [];
}

/** What is dropped from a page's beginning, up to the first text of its own; own headings are passed. */
function headOf(
  blocks: readonly string[],
  isSites: readonly boolean[],
  siteName: string,
): { dropped: number[]; stop: number } {
  const own = blocks.findIndex((token, at) => token.startsWith('f') || (token.startsWith('t') && isSites[at] !== true));
  const stop = own < 0 ? blocks.length : own;
  const dropped: number[] = [];
  // A heading goes only where nothing stands under it any more: the next that is kept is a heading too.
  let isBare = own < 0;
  for (let at = stop - 1; at >= 0; at -= 1) {
    const token = blocks[at] ?? '';
    const isHeading = token.startsWith('h');
    const isSiteName = siteName !== '' && token.slice(3) === siteName;
    if (isSites[at] === true && (!isHeading || isBare || isSiteName)) dropped.push(at);
    else if (isHeading) isBare = true;
  }
  return { dropped, stop };
}

/** What is dropped from a page's end, up to its own text. */
function footOf(blocks: readonly string[], isSites: readonly boolean[], stop: number): number[] {
  const dropped: number[] = [];
  for (let at = blocks.length - 1; at >= stop && isSites[at] === true; at -= 1) dropped.push(at);
  return dropped;
}
