import { Readability } from '@mozilla/readability';
import { classesOf, type HtmlDocument, type HtmlElement } from './html-dom.js';

const MAIN_SELECTORS = [
  '[itemprop="articleBody"]',
  '.theme-doc-markdown',
  '.markdown-body',
  'main article',
  'main',
  '[role="main"]',
  'article',
  '#main-content',
  '#content',
  '.content',
] as const;

/** Parts of a page that lead elsewhere or repeat on every page. */
const CHROME_SELECTOR = [
  'nav',
  'footer',
  '[role="navigation"]',
  '[role="banner"]',
  '[role="contentinfo"]',
  '[role="search"]',
  '[role="dialog"]',
  '[role="alertdialog"]',
].join(',');
const CHROME_CLASS =
  /^(?:breadcrumbs?|theme-doc-breadcrumbs|pagination(?:-nav)?|table-of-contents|theme-doc-toc-(?:mobile|desktop)|toc|sidebar|side-bar|page-nav|prev-next(?:-footer)?|related-pages|edit-this-page|theme-edit-this-page|theme-doc-footer|md-source-file|skip-link|skip-to-content|cookie-(?:banner|consent|notice)|social-share|share-buttons|advertisement|ads?|newsletter)$/i;

const MIN_CHARACTERS = 160;
/** Less than this share of the page's text is too little to be its main content. */
const MIN_SHARE = 0.2;
const MAX_READABILITY_ELEMENTS = 20_000;

/**
 * Finds what a page is about: a semantic main element with enough text, else what Readability picks, else the body.
 * Navigation, footers and other repeated parts are removed from it. The document is changed.
 */
export function mainContent(document: HtmlDocument): HtmlElement {
  const { body } = document;
  removeAll(body, 'script, style, template, title, meta, link, base');
  const whole = textLength(body);
  const semantic = MAIN_SELECTORS.map((selector) => onlyMatch(document, selector)).find(
    (element) => element !== undefined && hasEnoughText(element, whole),
  );
  if (semantic !== undefined) return withoutChrome(semantic);
  const picked = readable(document, whole);
  if (picked !== undefined) return picked;
  for (const element of [...body.querySelectorAll('body > header, body > aside')]) {
    if (textLength(element) < whole / 2) element.remove();
  }
  return withoutChrome(body);
}

/** The element that a selector names, when it names one; several articles are a list, not a page's content. */
function onlyMatch(document: HtmlDocument, selector: string): HtmlElement | undefined {
  const found = [...document.querySelectorAll(selector)];
  return found.length === 1 ? found[0] : undefined;
}

function hasEnoughText(element: HtmlElement, whole: number): boolean {
  const length = textLength(element);
  return length >= whole * 0.5 || (length >= MIN_CHARACTERS && length >= whole * MIN_SHARE);
}

function textLength(element: HtmlElement): number {
  return (element.textContent ?? '').replace(/\s+/g, ' ').length;
}

function withoutChrome(root: HtmlElement): HtmlElement {
  const whole = textLength(root);
  const candidates = [...root.querySelectorAll(`${CHROME_SELECTOR},[class]`)];
  for (const element of candidates) {
    const isChrome = matchesChrome(element);
    // What holds most of the text is content, whatever it is called.
    if (isChrome && textLength(element) < whole * 0.6) element.remove();
  }
  return root;
}

function matchesChrome(element: HtmlElement): boolean {
  if (element.localName === 'nav') return true;
  if (element.localName === 'footer') return element.closest('blockquote') === null;
  if (/^(?:navigation|banner|contentinfo|search|dialog|alertdialog)$/.test(element.getAttribute('role') ?? ''))
    return true;
  return classesOf(element).some((name) => CHROME_CLASS.test(name));
}

function removeAll(root: HtmlElement, selector: string): void {
  for (const element of [...root.querySelectorAll(selector)]) element.remove();
}

function readable(document: HtmlDocument, whole: number): HtmlElement | undefined {
  const copy = document.cloneNode(true);
  try {
    const article = new Readability<HtmlElement>(copy, {
      keepClasses: true,
      maxElemsToParse: MAX_READABILITY_ELEMENTS,
      serializer: asElement,
      disableJSONLD: true,
    }).parse();
    const content = article?.content;
    if (content === null || content === undefined || !hasEnoughText(content, whole)) return undefined;
    return hasLostStructure(document.body, content) ? undefined : content;
  } catch {
    // Readability gives up on pages that are too large or too odd; the whole body is read instead.
    return undefined;
  }
}

/** Readability works on the nodes it was given, so what it serialises is one of our elements. */
function asElement(node: unknown): HtmlElement {
  return node as HtmlElement;
}

/** Whether the pick leaves out most code or headings of the page: on reference pages it often does. */
function hasLostStructure(body: HtmlElement, picked: HtmlElement): boolean {
  const count = (root: HtmlElement, selector: string): number => [...root.querySelectorAll(selector)].length;
  const listings = count(body, 'pre');
  const headings = count(body, 'h1, h2, h3, h4');
  const tables = count(body, 'table');
  return (
    count(picked, 'pre') < listings ||
    count(picked, 'h1, h2, h3, h4') < headings * 0.5 ||
    count(picked, 'table') < tables * 0.5
  );
}
