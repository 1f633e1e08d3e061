import { findAll, findFirst, type HtmlElement, isElement, tokensOf } from './html-dom.js';
import { linkShare } from './html-hidden.js';

/** Characters of text, white space aside, that a band of navigation has at most. */
const MAX_BAND = 600;
const MAX_BAND_LINKS = 14;
/** Links of a list at the head of a page that lead to other pages, at least, and their share of its text. */
const MIN_LINKS = 3;
const MIN_LINK_SHARE = 0.9;

const DIRECTIONS: readonly (readonly [direction: string, words: RegExp])[] = [
  ['next', /^[\s«‹<←»›>→⟨⟩]*(?:next|weiter|suivant|siguiente)\b/i],
  ['prev', /^[\s«‹<←»›>→⟨⟩]*(?:prev(?:ious)?|back|zurück|précédent|anterior)\b/i],
  ['up', /^(?:up|home|top|contents|table of contents|index)$/i],
];

/**
 * Removes what leads away from a page rather than being of it, as far as one page can tell: bands of "Next" and
 * "Previous", and a list of links to other pages before anything else is said. The tree is changed.
 */
export function dropBands(root: HtmlElement): void {
  for (const element of root.children) dropBandsIn(element);
  const whole = lengthOf(root);
  dropLeadingLinks(root, whole / 2);
}

function dropBandsIn(element: HtmlElement): void {
  if (/^(?:pre|blockquote|p|dl|h[1-6])$/.test(element.localName) && !/^(?:p)$/.test(element.localName)) return;
  if (isBand(element)) element.remove();
  else for (const child of element.children) dropBandsIn(child);
}

function isBand(element: HtmlElement): boolean {
  if (!/^(?:div|table|ul|p|section|header|center|span)$/.test(element.localName) || lengthOf(element) > MAX_BAND)
    return false;
  const links = findAll(element, (one) => one.localName === 'a' && one.hasAttribute('href'));
  if (links.length < 2 || links.length > MAX_BAND_LINKS) return false;
  const stated = new Set(links.map((link) => relationOf(link)));
  const said = new Set(links.map((link) => directionOf(link.textContent.trim())));
  // The first page has no previous one, and the last no next.
  const isStated = leadsOn(stated) && stated.size > 1;
  const isSaid = leadsOn(said) && said.size > (said.has('') ? 2 : 1) && element.localName !== 'p';
  if (!isStated && !(isSaid && (linkShare(element) >= 0.3 || element.localName === 'table'))) return false;
  return (
    findFirst(element, ({ localName }) => /^(?:pre|h[1-6]|li|dd)$/.test(localName) && !holdsLinks(localName)) ===
    undefined
  );
}

function leadsOn(directions: ReadonlySet<string>): boolean {
  return directions.has('next') || directions.has('prev');
}

/** Lists of bands are lists of links. */
function holdsLinks(name: string): boolean {
  return name === 'li';
}

/** What a link says of itself by `rel` or by the key that it is reached with. */
function relationOf(link: HtmlElement): string {
  const relation = tokensOf(link, 'rel')
    .find((token) => /^(?:next|prev|previous|up)$/i.test(token))
    ?.toLowerCase();
  if (relation !== undefined) return relation === 'previous' ? 'prev' : relation;
  const key = link.getAttribute('accesskey')?.toLowerCase();
  return key === 'n' ? 'next' : key === 'p' ? 'prev' : key === 'u' || key === 'h' ? 'up' : '';
}

function directionOf(text: string): string {
  return DIRECTIONS.find(([, words]) => words.test(text))?.[0] ?? '';
}

/** Goes down the first branch of the tree for as long as it shows nothing but links to other pages. */
function dropLeadingLinks(root: HtmlElement, most: number): void {
  for (const node of root.childNodes.slice()) {
    if (!isElement(node)) {
      if (node.nodeValue.trim() !== '') return;
    } else if (node.textContent.trim() !== '' || node.localName === 'img') {
      if (/^(?:p|pre|h[1-6]|img|blockquote|dl)$/.test(node.localName)) return;
      if (!isLinkList(node) || lengthOf(node) > most) {
        dropLeadingLinks(node, most);
        return;
      }
      node.remove();
    }
  }
}

function isLinkList(element: HtmlElement): boolean {
  if (linkShare(element) < MIN_LINK_SHARE) return false;
  const leading = findAll(element, (one) => one.localName === 'a' && leadsAway(one));
  return leading.length >= MIN_LINKS;
}

function leadsAway(link: HtmlElement): boolean {
  const href = link.getAttribute('href')?.trim() ?? '';
  return href !== '' && !href.startsWith('#');
}

function lengthOf(element: HtmlElement): number {
  return element.textContent.replace(/\s+/g, '').length;
}
