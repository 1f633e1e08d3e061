import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { findFirst, type HtmlDocument, HtmlElement, HtmlText, isElement, named } from './html-dom.js';
import { linkShare } from './html-hidden.js';
import { isBlock } from './html-inline.js';

/** What we use of a node of the browser's document model, which Readability asks for. */
interface DomNode {
  readonly nodeType: number;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<DomNode>;
  appendChild(node: DomNode): unknown;
  setAttribute(name: string, value: string): void;
}

interface DomDocument {
  readonly body: DomNode;
  createElement(name: string): DomNode;
  createTextNode(text: string): DomNode;
}

const BLOCKS_OF_READABILITY = 'blockquote dl div img ol p pre table ul'.split(' ');

/** Characters of text that are more than a label, and the share of links that makes a menu of it. */
const MIN_PROSE = 40;
const MAX_LINK_SHARE = 0.4;
const FURNITURE =
  /(?:^|[\s_-])(?:banner|breadcrumbs?|comments?|cookies?|copyright|foot|footer|header|masthead|menu|nav|navbar|navigation|promo|related|search|share|sidebar|skip|social|sponsor|subscribe)(?:$|[\s_-])/i;

/** Tells which of our elements a node of the copy stands for. */
const NUMBER = 'data-quarry-number';

/**
 * A copy of the parts of a body that Readability takes for the page's article; undefined when it gives up. It only
 * chooses: it would unwrap, rename and strip what it keeps.
 */
export function readableArticle(document: HtmlDocument): HtmlElement | undefined {
  const window: { document: unknown } = parseHTML('<!doctype html><html><head></head><body></body></html>');
  // linkedom's types need the DOM library, which a Node program does not load; its documents have these members.
  const copy = window.document as DomDocument;
  const elements: HtmlElement[] = [];
  copyInto({ from: document.body, elements }, copy.body, copy);
  try {
    const article = new Readability<DomNode>(copy, {
      keepClasses: true,
      serializer: asNode,
      disableJSONLD: true,
    }).parse();
    if (article?.content == null) return undefined;
    return partOf(document.body, holdersOf(article.content, elements));
  } catch {
    // Readability gives up on pages that are too odd; the whole body is read instead.
    return undefined;
  }
}

/** Elements that the article has, and all that they stand in. */
function holdersOf(article: DomNode, elements: readonly HtmlElement[]): ReadonlySet<HtmlElement> {
  const kept = new Set<HtmlElement>();
  const visit = (node: DomNode): void => {
    for (const { name, value } of node.attributes) {
      let own = name === NUMBER ? elements[Number(value)] : undefined;
      for (; own !== undefined && !kept.has(own); own = own.parentElement ?? undefined) kept.add(own);
    }
    for (const child of node.childNodes) if (child.nodeType === 1) visit(child);
  };
  visit(article);
  return kept;
}

/** Copies an element without the blocks that the article lacks; what is kept for its own sake is kept whole. */
function partOf(element: HtmlElement, kept: ReadonlySet<HtmlElement>, isWhole = false): HtmlElement {
  const part = new HtmlElement(element.localName, element.attributes);
  for (const node of element.childNodes) {
    if (!isElement(node)) part.append(new HtmlText(node.nodeValue));
    else if (isWhole || kept.has(node)) part.append(partOf(node, kept, isWhole));
    else if (!isBlock(node)) part.append(partOf(node, kept));
    else if (isAlwaysKept(node)) part.append(partOf(node, kept, true));
  }
  return part;
}

/** Headings and rules, what shows no text, and what an author wrote: sentences outside of menus, heads and feet. */
function isAlwaysKept(element: HtmlElement): boolean {
  if (/^h[1-6r]$/.test(element.localName)) return true;
  const length = element.textContent.replace(/\s+/g, '').length;
  if (length === 0) return true;
  if (/^(?:nav|header|footer|aside|form|dialog)$/.test(element.localName)) return false;
  const names = `${element.getAttribute('id') ?? ''} ${element.getAttribute('class') ?? ''}`;
  return length >= MIN_PROSE && !FURNITURE.test(names) && linkShare(element) < MAX_LINK_SHARE;
}

function copyInto(
  { from, elements }: { readonly from: HtmlElement; readonly elements: HtmlElement[] },
  into: DomNode,
  document: DomDocument,
): void {
  for (const node of from.childNodes) {
    if (!isElement(node)) into.appendChild(document.createTextNode(node.nodeValue));
    else {
      const copy = elementLike(node, document);
      copy.setAttribute(NUMBER, String(elements.push(node) - 1));
      copyInto({ from: node, elements }, copy, document);
      into.appendChild(copy);
    }
  }
}

function elementLike(element: HtmlElement, document: DomDocument): DomNode {
  const copy = document.createElement(nameInCopy(element));
  for (const [name, value] of element.attributes) if (/^[a-z_][\w.-]*$/.test(name)) copy.setAttribute(name, value);
  return copy;
}

/** Readability makes paragraphs of `div` elements without blocks, and in linkedom they lose their attributes thereby. */
function nameInCopy(element: HtmlElement): string {
  if (element.localName === 'div' && findFirst(element, named(...BLOCKS_OF_READABILITY)) === undefined) return 'p';
  return /^[a-z][a-z0-9-]*$/.test(element.localName) ? element.localName : 'span';
}

/** Readability works on the nodes it was given, so what it serialises is one of ours. */
function asNode(node: unknown): DomNode {
  return node as DomNode;
}
