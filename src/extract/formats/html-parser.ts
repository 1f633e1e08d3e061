import { type DefaultTreeAdapterTypes, defaultTreeAdapter, Parser, type Token } from 'parse5';

/** Nodes as the parser builds them. */
export type ParsedNode = DefaultTreeAdapterTypes.ChildNode;

/** An element as the parser builds it. */
export type ParsedElement = DefaultTreeAdapterTypes.Element;

type TreeMap = DefaultTreeAdapterTypes.DefaultTreeAdapterMap;

/** Elements deeper than this are dissolved into their parents; their text stays. */
const MAX_DEPTH = 200;
/** Formatting elements that the standard opens again in each paragraph: more would multiply a page. */
const MAX_REOPENED = 10_000;

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const VOID = names('area base br col embed hr img input link meta param source track wbr');
/** Elements whose content is not markup: without an end tag they would swallow the rest of the page. */
const RAW = names('title textarea xmp iframe noembed noframes noscript svg');
const PLAIN_WHEN_EMPTY = names('title textarea xmp iframe noembed noframes noscript script style');

/** What is left behind a table's last child is put before the table: the reference is nearly always the last. */
const adapter: typeof defaultTreeAdapter = {
  ...defaultTreeAdapter,
  insertBefore(parent, node, reference) {
    parent.childNodes.splice(parent.childNodes.lastIndexOf(reference), 0, node);
    node.parentNode = parent;
  },
  insertTextBefore(parent, text, reference) {
    const before = parent.childNodes[parent.childNodes.lastIndexOf(reference) - 1];
    if (before !== undefined && adapter.isTextNode(before)) before.value += text;
    else adapter.insertBefore(parent, adapter.createTextNode(text), reference);
  },
};

/**
 * Builds a page's tree as the HTML standard says, and as every browser does, within bounds: depth, and what the
 * standard multiplies. Nothing in it is executed or fetched.
 */
export function parseMarkup(source: string): DefaultTreeAdapterTypes.Document {
  const parser = new BoundedParser(source);
  parser.tokenizer.write(source, true);
  return parser.document;
}

class BoundedParser extends Parser<TreeMap> {
  readonly #source: string;
  /** In XHTML a slash ends an element. */
  readonly #isXml: boolean;
  /** Start tags that were passed over, by name: their end tags are, too. */
  readonly #dropped = new Map<string, number>();
  readonly #lastEndTags = new Map<string, number>();
  #reopened = 0;

  constructor(source: string) {
    super({ treeAdapter: adapter });
    this.#source = source;
    this.#isXml = /^\s*<\?xml\b/.test(source);
  }

  override onStartTag(token: Token.TagToken): void {
    const name = token.tagName;
    if (this.#isXml && token.selfClosing && !VOID.has(name)) {
      this.#openAndClose(token);
      return;
    }
    if (token.selfClosing && PLAIN_WHEN_EMPTY.has(name)) return;
    if (RAW.has(name) && !this.#hasEndTag(name)) return;
    if (name === 'plaintext') return;
    if (this.openElements.stackTop >= MAX_DEPTH && !VOID.has(name)) {
      this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + 1);
      return;
    }
    super.onStartTag(token);
  }

  override onEndTag(token: Token.TagToken): void {
    const hidden = this.#dropped.get(token.tagName) ?? 0;
    if (hidden > 0) this.#dropped.set(token.tagName, hidden - 1);
    else super.onEndTag(token);
  }

  override _reconstructActiveFormattingElements(): void {
    if (this.#reopened > MAX_REOPENED) return;
    const before = this.openElements.stackTop;
    super._reconstructActiveFormattingElements();
    this.#reopened += this.openElements.stackTop - before;
  }

  #openAndClose(token: Token.TagToken): void {
    if (PLAIN_WHEN_EMPTY.has(token.tagName) || this.openElements.stackTop >= MAX_DEPTH) return;
    super.onStartTag({ ...token, selfClosing: false, ackSelfClosing: false });
    super.onEndTag(token);
  }

  #hasEndTag(name: string): boolean {
    let last = this.#lastEndTags.get(name);
    if (last === undefined) {
      const pattern = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
      last = -1;
      for (const found of this.#source.matchAll(pattern)) last = found.index;
      this.#lastEndTags.set(name, last);
    }
    return last >= this.tokenizer.preprocessor.offset;
  }
}
