import { parseHTML } from 'linkedom';

/** What we use of a DOM node. */
export interface HtmlNode {
  /** 1 element, 3 text, 8 comment. */
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<HtmlNode> & Iterable<HtmlNode>;
  readonly parentNode: HtmlNode | null;
}

/** What we use of a DOM element. */
export interface HtmlElement extends HtmlNode {
  /** Lower-case name. */
  readonly localName: string;
  readonly parentElement: HtmlElement | null;
  readonly children: Iterable<HtmlElement>;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): HtmlElement | null;
  querySelectorAll(selector: string): Iterable<HtmlElement>;
  closest(selector: string): HtmlElement | null;
  cloneNode(deep: boolean): HtmlElement;
  remove(): void;
  append(...nodes: HtmlNode[]): void;
  replaceWith(...nodes: HtmlNode[]): void;
}

/** What we use of a DOM document. */
export interface HtmlDocument {
  readonly documentElement: HtmlElement;
  readonly body: HtmlElement;
  querySelector(selector: string): HtmlElement | null;
  querySelectorAll(selector: string): Iterable<HtmlElement>;
  cloneNode(deep: boolean): HtmlDocument;
  createElement(name: string): HtmlElement;
}

/** Set on a heading whose element no longer tells its level. */
export const LEVEL_ATTRIBUTE = 'data-quarry-level';

/** Builds the tree of a document that tidyHtml has written; nothing in it is executed or fetched. */
export function parseTidyHtml(html: string): HtmlDocument {
  const window: { document: unknown } = parseHTML(html);
  // linkedom's types need the DOM library, which a Node program does not load; its documents have these members.
  return window.document as HtmlDocument;
}

/** Whether a node is an element. */
export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === 1;
}

/** Class names of an element. */
export function classesOf(element: HtmlElement): string[] {
  return (element.getAttribute('class') ?? '').split(/\s+/).filter((name) => name !== '');
}

/** An absolute URL, or undefined for what is not one (`javascript:`, `data:`, broken addresses). */
export function absoluteUrl(href: string | null | undefined, base: string): string | undefined {
  const trimmed = (href ?? '').trim();
  if (trimmed === '') return undefined;
  try {
    const url = new URL(trimmed, base);
    return /^(?:https?|mailto|ftp|file):$/.test(url.protocol) ? url.href : undefined;
  } catch {
    // A broken address is no link.
    return undefined;
  }
}
