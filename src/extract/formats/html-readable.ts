import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { type HtmlDocument, HtmlElement, HtmlText, LEVEL_ATTRIBUTE } from './html-dom.js';

/** What we use of a node of the browser's document model, which Readability asks for. */
interface DomNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly localName: string;
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

/** What Readability takes for a page's article; undefined when it gives up. The document stays as it is. */
export function readableArticle(document: HtmlDocument): HtmlElement | undefined {
  const window: { document: unknown } = parseHTML('<!doctype html><html><head></head><body></body></html>');
  // linkedom's types need the DOM library, which a Node program does not load; its documents have these members.
  const copy = window.document as DomDocument;
  copyInto(document.body, copy.body, copy);
  try {
    const article = new Readability<DomNode>(copy, {
      keepClasses: true,
      serializer: asNode,
      disableJSONLD: true,
    }).parse();
    return article?.content == null ? undefined : elementOf(article.content);
  } catch {
    // Readability gives up on pages that are too odd; the whole body is read instead.
    return undefined;
  }
}

function copyInto(from: HtmlElement, into: DomNode, document: DomDocument): void {
  for (const node of from.childNodes) {
    if (node.nodeType === 3) into.appendChild(document.createTextNode(node.nodeValue));
    else {
      const copy = elementLike(node, document);
      copyInto(node, copy, document);
      into.appendChild(copy);
    }
  }
}

function elementLike(element: HtmlElement, document: DomDocument): DomNode {
  const copy = document.createElement(/^[a-z][a-z0-9-]*$/.test(element.localName) ? element.localName : 'span');
  for (const [name, value] of element.attributes) if (/^[a-z_][\w.-]*$/.test(name)) copy.setAttribute(name, value);
  // Readability turns h1 into h2; the mark lets the writer know.
  if (element.localName === 'h1') copy.setAttribute(LEVEL_ATTRIBUTE, '1');
  return copy;
}

/** Readability works on the nodes it was given, so what it serialises is one of ours. */
function asNode(node: unknown): DomNode {
  return node as DomNode;
}

function elementOf(node: DomNode): HtmlElement {
  const attributes = new Map(Array.from(node.attributes, ({ name, value }): [string, string] => [name, value]));
  const element = new HtmlElement(node.localName, attributes);
  for (const child of node.childNodes) {
    if (child.nodeType === 3) element.append(new HtmlText(child.nodeValue ?? ''));
    else if (child.nodeType === 1) element.append(elementOf(child));
  }
  return element;
}
