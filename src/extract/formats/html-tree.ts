import { type HtmlDocument, HtmlElement, HtmlText } from './html-dom.js';
import { type ParsedElement, type ParsedNode, parseMarkup } from './html-parser.js';

const HEAD = new Set('title meta link base'.split(' '));
const LISTINGS = new Set('xmp listing plaintext'.split(' '));
/** Content that only shows where the element itself cannot. */
const EMPTIED = new Set('iframe noembed textarea canvas audio video'.split(' '));
/** Where frameworks put the page that they make. */
const MOUNTS = new Set('root app __next __nuxt app-root main-app svelte gatsby-focus-wrapper ___gatsby'.split(' '));
/** Enough for any real element. */
const MAX_ATTRIBUTES = 256;
const NO_CHILDREN: readonly ParsedNode[] = [];

/** Words of a drawing: its title or label, else the texts in it. Set by the reader on `svg` elements. */
export const DRAWING_WORDS = 'data-quarry-words';

/**
 * Reads HTML into a tree: scripts, styles, comments and templates left out, names and attribute names in lower case,
 * TeX that scripts carry for MathJax as `math` elements.
 */
export function readHtml(source: string): HtmlDocument {
  const reader = new TreeReader();
  for (const node of parseMarkup(source).childNodes) reader.readTop(node);
  return reader;
}

class TreeReader implements HtmlDocument {
  root = new HtmlElement('html');
  readonly head = new HtmlElement('head');
  readonly body = new HtmlElement('body');
  readonly jsonLd: string[] = [];
  hasScripts = false;
  asksForScripts = false;

  readTop(node: ParsedNode): void {
    if (!isElementNode(node)) return;
    if (node.tagName === 'html') this.root = new HtmlElement('html', attributesOf(node));
    if (node.tagName === 'head') this.readAll(node.childNodes, this.head);
    else if (node.tagName === 'body') this.readAll(node.childNodes, this.body);
    else if (node.tagName === 'frameset') this.readFrames(node);
    else for (const child of node.childNodes) this.readTop(child);
  }

  /** A page of frames: the frames themselves, and what it says to those who see none. */
  private readFrames(frameset: ParsedElement): void {
    for (const node of frameset.childNodes) {
      if (!isElementNode(node)) continue;
      if (node.tagName === 'frame') this.body.append(new HtmlElement('frame', attributesOf(node)));
      else if (node.tagName === 'noframes') this.body.append(...readHtml(rawText(node)).body.childNodes.slice());
      else this.readFrames(node);
    }
  }

  private readAll(nodes: readonly ParsedNode[], into: HtmlElement): void {
    for (const node of nodes) this.read(node, into);
  }

  private read(node: ParsedNode, into: HtmlElement): void {
    if (node.nodeName === '#text' && 'value' in node) appendText(node.value, into);
    else if (node.nodeName === '#comment' && 'data' in node) appendText(cdataOf(node.data), into);
    else if (isElementNode(node)) this.readElement(node, into);
  }

  private readElement(node: ParsedElement, into: HtmlElement): void {
    const name = node.tagName.toLowerCase().replace(/^(?:m|mml|math):/, '');
    if (name === 'script') this.readScript(node, into);
    else if (name === 'template') this.readTemplate(node, into);
    else if (name === 'svg') into.append(drawingOf(node));
    else if (name === 'noscript') this.asksForScripts ||= /script/i.test(rawText(node));
    else if (name !== 'style' && name !== 'noframes') {
      const element = new HtmlElement(LISTINGS.has(name) ? 'pre' : name, attributesOf(node));
      (HEAD.has(name) ? this.head : into).append(element);
      this.asksForScripts ||= node.childNodes.length === 0 && MOUNTS.has(element.getAttribute('id') ?? '');
      this.readAll(EMPTIED.has(name) ? NO_CHILDREN : node.childNodes, element);
    }
  }

  private readScript(node: ParsedElement, into: HtmlElement): void {
    const attributes = attributesOf(node);
    const type = (attributes.get('type') ?? '').trim().toLowerCase();
    const content = rawText(node);
    if (type.startsWith('application/ld+json')) this.jsonLd.push(content);
    else if (/^math\/(?:tex|latex)/.test(type)) {
      const display = /mode\s*=\s*display/.test(type) ? 'block' : 'inline';
      const known = new Map([
        ['alttext', content],
        ['display', display],
      ]);
      into.append(new HtmlElement('math', known));
    } else if (type.startsWith('math/mml')) into.append(...readHtml(content).body.childNodes.slice());
    else this.hasScripts = true;
  }

  /** Templates are raw material of scripts, but for the shadow trees that a page is served with. */
  private readTemplate(node: ParsedElement, into: HtmlElement): void {
    if (!node.attrs.some(({ name }) => name === 'shadowrootmode') || !('content' in node)) return;
    const content: unknown = node.content;
    // The parser's templates hold a fragment, which its type of elements does not tell.
    this.readAll((content as { readonly childNodes: readonly ParsedNode[] }).childNodes, into);
  }
}

function isElementNode(node: ParsedNode): node is ParsedElement {
  return 'tagName' in node;
}

/** The first attribute of a name counts. */
function attributesOf(node: ParsedElement): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const { name, value } of node.attrs.slice(0, MAX_ATTRIBUTES)) {
    const lower = name.toLowerCase();
    if (!attributes.has(lower)) attributes.set(lower, value);
  }
  return attributes;
}

function appendText(text: string, into: HtmlElement): void {
  if (text === '') return;
  const last = into.childNodes.at(-1);
  if (last?.nodeType === 3) last.nodeValue += text;
  else into.append(new HtmlText(text));
}

/** Text of a CDATA section, which only XHTML knows; HTML takes it for a comment. */
function cdataOf(comment: string): string {
  return comment.startsWith('[CDATA[') ? comment.slice('[CDATA['.length).replace(/\]\]$/, '') : '';
}

function rawText(node: ParsedElement): string {
  return node.childNodes.map((child) => ('value' in child ? child.value : '')).join('');
}

function drawingOf(svg: ParsedElement): HtmlElement {
  const attributes = attributesOf(svg);
  const titles: string[] = [];
  const texts: string[] = [];
  const visit = (node: ParsedNode, list: string[] | undefined): void => {
    if ('value' in node) list?.push(node.value);
    if (!isElementNode(node) || node.tagName === 'style' || node.tagName === 'script') return;
    const isText = /^(?:text|foreignobject)$/i.test(node.tagName);
    const within = node.tagName === 'title' || node.tagName === 'desc' ? titles : isText ? texts : list;
    for (const child of node.childNodes) visit(child, within);
    within?.push(' ');
  };
  visit(svg, undefined);
  const label = [attributes.get('aria-label') ?? '', ...titles].join(' ');
  const words = `${label} ${texts.join('')}`.replace(/\s+/g, ' ').trim();
  attributes.set(DRAWING_WORDS, words);
  const drawing = new HtmlElement('svg', attributes);
  appendText(words, drawing);
  return drawing;
}
