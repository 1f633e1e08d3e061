/** A node of a page's tree. */
export type HtmlNode = HtmlText | HtmlElement;

/** Text between tags, character references resolved. */
export class HtmlText {
  /** As in the DOM. */
  readonly nodeType = 3;
  parentNode: HtmlElement | null = null;

  constructor(public nodeValue: string) {}

  get textContent(): string {
    return this.nodeValue;
  }
}

/** An element with its attributes and content. Only what reading needs; names are in lower case. */
export class HtmlElement {
  /** As in the DOM. */
  readonly nodeType = 1;
  parentNode: HtmlElement | null = null;
  readonly childNodes: HtmlNode[] = [];

  constructor(
    readonly localName: string,
    readonly attributes: Map<string, string> = new Map(),
  ) {}

  get parentElement(): HtmlElement | null {
    return this.parentNode;
  }

  get children(): HtmlElement[] {
    return this.childNodes.filter(isElement);
  }

  /** Text of everything inside, in order. */
  get textContent(): string {
    const parts: string[] = [];
    const visit = (element: HtmlElement): void => {
      for (const node of element.childNodes) {
        if (isElement(node)) visit(node);
        else parts.push(node.nodeValue);
      }
    };
    visit(this);
    return parts.join('');
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  append(...nodes: readonly HtmlNode[]): void {
    for (const node of nodes) {
      detach(node);
      node.parentNode = this;
      this.childNodes.push(node);
    }
  }

  remove(): void {
    detach(this);
  }

  replaceWith(...nodes: readonly HtmlNode[]): void {
    const parent = this.parentNode;
    if (parent === null) return;
    for (const node of nodes) {
      detach(node);
      node.parentNode = parent;
    }
    parent.childNodes.splice(parent.childNodes.indexOf(this), 1, ...nodes);
    this.parentNode = null;
  }

  /** The nearest element that fits, this one first. */
  closest(fits: (element: HtmlElement) => boolean): HtmlElement | undefined {
    for (let element: HtmlElement | null = this; element !== null; element = element.parentNode) {
      if (fits(element)) return element;
    }
    return undefined;
  }
}

function detach(node: HtmlNode): void {
  const siblings = node.parentNode?.childNodes;
  if (siblings === undefined) return;
  const at = siblings.at(-1) === node ? siblings.length - 1 : siblings.indexOf(node);
  if (at !== -1) siblings.splice(at, 1);
  node.parentNode = null;
}

/** A page as a tree. What its head holds lies beside it, so that the body is all content. */
export interface HtmlDocument {
  /** Attributes of the `html` element. */
  readonly root: HtmlElement;
  readonly head: HtmlElement;
  readonly body: HtmlElement;
  /** Bodies of `application/ld+json` scripts, in order. */
  readonly jsonLd: readonly string[];
  /** Whether the page brings scripts of its own. */
  readonly hasScripts: boolean;
  /** Whether it says that it needs them, or holds a place that only they fill. */
  readonly asksForScripts: boolean;
}

/** Whether a node is an element. */
export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === 1;
}

/** Elements inside one that fit, in document order. */
export function findAll(root: HtmlElement, fits: (element: HtmlElement) => boolean): HtmlElement[] {
  const found: HtmlElement[] = [];
  const visit = (element: HtmlElement): void => {
    for (const node of element.childNodes) {
      if (!isElement(node)) continue;
      if (fits(node)) found.push(node);
      visit(node);
    }
  };
  visit(root);
  return found;
}

/** The first element inside one that fits. */
export function findFirst(root: HtmlElement, fits: (element: HtmlElement) => boolean): HtmlElement | undefined {
  for (const node of root.childNodes) {
    if (!isElement(node)) continue;
    const found = fits(node) ? node : findFirst(node, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The element right before (-1) or behind (1) one, text between them passed over. */
export function neighbourOf(element: HtmlElement, step: -1 | 1): HtmlElement | undefined {
  const siblings = element.parentNode?.childNodes ?? [];
  for (let at = siblings.indexOf(element) + step; at >= 0 && at < siblings.length; at += step) {
    const node = siblings[at];
    if (node !== undefined && isElement(node)) return node;
  }
  return undefined;
}

/** A test for elements with one of these names, for instance `named('h1', 'h2')`. */
export function named(...names: readonly string[]): (element: HtmlElement) => boolean {
  return (element) => names.includes(element.localName);
}

/** Words of an attribute that holds several, as written. */
export function tokensOf(element: HtmlElement, attribute: string): string[] {
  return (element.getAttribute(attribute) ?? '').split(/\s+/).filter((token) => token !== '');
}

/** Class names of an element. */
export function classesOf(element: HtmlElement): string[] {
  return tokensOf(element, 'class');
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
