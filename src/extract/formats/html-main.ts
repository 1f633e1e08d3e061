import { dropBands } from './html-bands.js';
import { classesOf, type HtmlDocument, type HtmlElement, type HtmlNode, isElement } from './html-dom.js';
import { linkShare } from './html-hidden.js';
import { readableArticle } from './html-readable.js';

/** What marks a page's main element, best first. */
const MAIN_MARKS: readonly ((element: HtmlElement) => boolean)[] = [
  (element) => element.getAttribute('itemprop') === 'articleBody',
  (element) => hasClass(element, 'theme-doc-markdown'),
  (element) => hasClass(element, 'markdown-body'),
  (element) =>
    element.localName === 'article' && element.closest(({ localName }) => localName === 'main') !== undefined,
  (element) => element.localName === 'main',
  (element) => element.getAttribute('role')?.toLowerCase() === 'main',
  (element) => element.localName === 'article',
  (element) => /^(?:main-?content|content)$/.test(element.getAttribute('id') ?? ''),
  (element) => hasClass(element, 'content'),
];
const CHROME_ROLE = /^(?:navigation|banner|contentinfo|search|dialog|alertdialog)$/;
const CHROME_CLASS =
  /^(?:breadcrumbs?|pagination(?:-nav)?|prev-next(?:-footer)?|theme-doc-breadcrumbs|theme-doc-toc-(?:mobile|desktop)|edit-this-page|theme-edit-this-page|theme-doc-footer|md-source-file|skip-link|skip-to-content|cookie-(?:banner|consent|notice)|social-share|share-buttons|advertisement|ads?|newsletter)$/i;
/** Names that authors use for content as well: what is mostly links is furniture. */
const LINKED_CLASS = /^(?:table-of-contents|toc|sidebar|side-bar|page-nav|related-pages)$/i;
const MIN_LINK_SHARE = 0.5;

const MIN_CHARACTERS = 160;
/** Less than this share of the page's text is too little to be its main content. */
const MIN_SHARE = 0.2;
/** Readability asks every element for its text, so its time grows with elements times depth. */
const MAX_READABILITY_ELEMENTS = 10_000;
const MAX_READABILITY_DEPTH = 64;

/** A page's elements in document order, with how much text each holds. */
interface Survey {
  readonly elements: readonly HtmlElement[];
  /** Characters of text, white space aside. */
  readonly weight: ReadonlyMap<HtmlNode, number>;
  readonly depth: number;
}

/**
 * Finds what a page is about: a semantic main element with enough text, else what Readability picks, else the body.
 * Navigation, footers and other repeated parts are removed from it. The document is changed.
 */
export function mainContent(document: HtmlDocument): HtmlElement {
  const { body } = document;
  const survey = surveyOf(body);
  const semantic = MAIN_MARKS.map((isMain) => onlyMatch(survey, isMain)).find(
    (element) => element !== undefined && hasEnoughText(weightOf(survey, element), weightOf(survey, body)),
  );
  if (semantic !== undefined) return withoutChrome(semantic, survey);
  const picked = readable(document, survey);
  if (picked !== undefined) {
    dropBands(picked);
    return picked;
  }
  for (const element of body.children) {
    const isMargin = element.localName === 'header' || element.localName === 'aside';
    if (isMargin && weightOf(survey, element) < weightOf(survey, body) / 2) element.remove();
  }
  return withoutChrome(body, survey);
}

/** Walks the tree once. */
function surveyOf(body: HtmlElement): Survey {
  const elements: HtmlElement[] = [];
  const weight = new Map<HtmlNode, number>();
  let depth = 0;
  const visit = (element: HtmlElement, level: number): number => {
    depth = Math.max(depth, level);
    elements.push(element);
    let sum = 0;
    for (const child of element.childNodes) {
      sum += isElement(child) ? visit(child, level + 1) : child.nodeValue.replace(/\s+/g, '').length;
    }
    weight.set(element, sum);
    return sum;
  };
  visit(body, 0);
  return { elements, weight, depth };
}

function weightOf(survey: Survey, element: HtmlElement): number {
  return survey.weight.get(element) ?? 0;
}

/** The one element that a mark names; several articles are a list, not a page's content. */
function onlyMatch(survey: Survey, isMain: (element: HtmlElement) => boolean): HtmlElement | undefined {
  const found = survey.elements.filter(isMain);
  return found.length === 1 ? found[0] : undefined;
}

function hasEnoughText(length: number, whole: number): boolean {
  return length >= whole * 0.5 || (length >= MIN_CHARACTERS && length >= whole * MIN_SHARE);
}

function withoutChrome(root: HtmlElement, survey: Survey): HtmlElement {
  const most = weightOf(survey, root) * 0.6;
  const visit = (element: HtmlElement, isQuoted: boolean): void => {
    for (const child of element.children) {
      // What holds most of the text is content, whatever it is called.
      if (!isQuoted && weightOf(survey, child) < most && isChrome(child)) child.remove();
      else visit(child, isQuoted || child.localName === 'blockquote');
    }
  };
  visit(root, false);
  dropBands(root);
  return root;
}

function isChrome(element: HtmlElement): boolean {
  if (element.localName === 'nav' || element.localName === 'footer') return true;
  if (CHROME_ROLE.test(element.getAttribute('role')?.toLowerCase() ?? '')) return true;
  const classes = classesOf(element);
  if (classes.some((name) => CHROME_CLASS.test(name))) return true;
  return classes.some((name) => LINKED_CLASS.test(name)) && linkShare(element) >= MIN_LINK_SHARE;
}

function hasClass(element: HtmlElement, name: string): boolean {
  return element.hasAttribute('class') && classesOf(element).includes(name);
}

function readable(document: HtmlDocument, survey: Survey): HtmlElement | undefined {
  if (survey.elements.length > MAX_READABILITY_ELEMENTS || survey.depth > MAX_READABILITY_DEPTH) return undefined;
  const content = readableArticle(document);
  if (content === undefined) return undefined;
  const picked = surveyOf(content);
  const isWhole = hasEnoughText(weightOf(picked, content), weightOf(survey, document.body));
  return !isWhole || hasLostStructure(survey, picked) ? undefined : content;
}

/** Whether the pick leaves out code, or most headings or tables, of the page: on reference pages it often does. */
function hasLostStructure(page: Survey, picked: Survey): boolean {
  const count = (survey: Survey, names: RegExp): number =>
    survey.elements.filter((element) => names.test(element.localName)).length;
  return (
    count(picked, /^pre$/) < count(page, /^pre$/) ||
    count(picked, /^input$/) < count(page, /^input$/) ||
    count(picked, /^li$/) < count(page, /^li$/) * 0.3 ||
    count(picked, /^h[1-4]$/) < count(page, /^h[1-4]$/) * 0.5 ||
    count(picked, /^table$/) < count(page, /^table$/) * 0.5
  );
}
