import { findAll, type HtmlDocument, type HtmlElement, named } from './html-dom.js';
import { oneLine } from './html-metadata.js';
import { scriptedText } from './html-scripts.js';

/** What a page can be called by. */
export interface TitleClues {
  /** Text of the `title` element. */
  readonly title: string;
  /** What the page calls its site; empty when it does not. */
  readonly siteName: string;
  /** Headings of the main content, in order. */
  readonly inside: readonly HtmlElement[];
  /** The page's only first-level heading that stands outside, or empty. */
  readonly outside: string;
}

const SEPARATOR = /\s+(?:[-|·•:]|[–—»›«‹]|::|\/\/)\s+|\s*[|»]\s*/;
/** Headings further down name sections. */
const MAX_HEADINGS = 6;

/**
 * The title of one page. "Page | Section | Site" is shortened to the part that one of its headings repeats; where several
 * do, to the earlier part: the heading that repeats the later one names the site.
 */
export function titleOf({ title, siteName, inside, outside }: TitleClues): string {
  const parts = title.split(SEPARATOR).filter((part) => part !== '');
  const headings = inside
    .filter(named('h1', 'h2', 'h3'))
    .slice(0, MAX_HEADINGS)
    .map(headingText);
  const lead = oneLine(leadOf(inside));
  if (parts.length > 1) {
    const repeating = parts
      .filter((part) => !isSame(part, siteName))
      .map((part) => [...headings, outside].find((heading) => heading.length >= 3 && isSame(heading, part)))
      .find((heading) => heading !== undefined);
    if (repeating !== undefined) return repeating;
  }
  const lower = title.toLowerCase();
  const repeated = [lead, outside].find((heading) => heading.length >= 3 && lower.includes(heading.toLowerCase()));
  if (repeated !== undefined && !isSame(repeated, siteName)) return repeated;
  return title || ([lead, outside].find((heading) => heading !== '') ?? '');
}

/** Takes out a heading that names the site: it stands in a header, and the page is called by another part of its title. */
export function dropSiteHeading(main: HtmlElement, chosen: string, title: string): void {
  const parts = title.split(SEPARATOR);
  if (parts.length < 2) return;
  for (const heading of findAll(main, named('h1'))) {
    const text = headingText(heading);
    const isSite = !isSame(text, chosen) && parts.some((part) => isSame(part, text));
    if (isSite && heading.closest(named('header')) !== undefined) heading.remove();
  }
}

/** Text of a heading, as its section is called. */
export function headingText(heading: HtmlElement): string {
  return oneLine(scriptedText(heading));
}

/** The page's only first-level heading, unless it stands in a banner, where it names the site. */
export function outerHeading(document: HtmlDocument): string {
  const found = findAll(document.body, named('h1'));
  const heading = found.length === 1 ? found[0] : undefined;
  if (heading === undefined) return '';
  const isBanner = (one: HtmlElement): boolean =>
    one.localName === 'header' ||
    one.localName === 'nav' ||
    /^(?:banner|navigation)$/i.test(one.getAttribute('role') ?? '');
  const banner = heading.closest(isBanner);
  return banner === undefined || banner.closest(named('main', 'article')) !== undefined ? headingText(heading) : '';
}

function leadOf(headings: readonly HtmlElement[]): string {
  const lead = headings.find(named('h1')) ?? headings.find(named('h2'));
  return lead === undefined ? '' : headingText(lead);
}

function isSame(one: string, other: string): boolean {
  const key = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return key(one) !== '' && key(one) === key(other);
}
