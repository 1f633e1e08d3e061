import { joinItemBlocks } from './definition-list.js';
import { type HtmlElement, type HtmlNode, isElement } from './html-dom.js';
import { isSkipped } from './html-inline.js';

/** Where a block stands. */
export interface Scope {
  /** Nesting of lists and quotes, which indent. */
  readonly depth: number;
  /** Whether headings may stand here as headings. */
  readonly hasHeadings: boolean;
  /** Whether all that is written goes on one line. */
  readonly isCell: boolean;
}

/** Deeper lists and quotes are written at this depth, so that indentation cannot multiply the text. */
export const MAX_INDENT = 10;

/** What a list needs of the writer of blocks. */
export interface BlockWriter {
  blocksOf(element: HtmlElement, scope: Scope): string[];
  /** A paragraph of nodes that stand inside a line; empty when they show nothing. */
  paragraph(nodes: readonly HtmlNode[]): string;
  hasBlocks(element: HtmlElement): boolean;
  /** Whether an element is left out; what it would have shown is counted. */
  skips(element: HtmlElement): boolean;
}

/**
 * Writes a list. Text between its items stays; a list whose items begin with headings only arranges sections, and is
 * written as those.
 */
export function listBlocks(list: HtmlElement, scope: Scope, writer: BlockWriter): string[] {
  if (scope.hasHeadings && isArrangement(list)) return new SectionList(scope, writer).run(list);
  return new ListWriter(scope, writer).run(list);
}

/** Whether a list only arranges parts of a page: an item begins with a heading, or the only one holds whole blocks. */
function isArrangement(list: HtmlElement): boolean {
  const items = list.children.filter(({ localName }) => localName === 'li');
  if (items.some(beginsWithHeading)) return true;
  const only = items.length === 1 && list.localName === 'ul' ? items[0] : undefined;
  return only !== undefined && /^(?:hr|pre|table|section|div|dl)$/.test(firstShown(only)?.localName ?? '');
}

function beginsWithHeading(element: HtmlElement): boolean {
  const first = firstShown(element);
  if (first === undefined) return false;
  if (/^h[1-6]$/.test(first.localName)) return true;
  return (
    /^(?:div|section|article|header|hgroup|ul|ol|li|a|span|details|summary)$/.test(first.localName) &&
    beginsWithHeading(first)
  );
}

/** The element that an element's content begins with; undefined when it begins with text. */
function firstShown(element: HtmlElement): HtmlElement | undefined {
  for (const node of element.childNodes) {
    if (!isElement(node)) {
      if (node.nodeValue.trim() !== '') return undefined;
    } else if (!isSkipped(node) && (node.localName !== 'hr' || node === element.childNodes.at(-1))) {
      if (node.textContent.trim() !== '' || node.localName === 'img') return node;
    }
  }
  return undefined;
}

/** Walks what a list holds: its items, in wrappers too, and what stands loose between them. */
abstract class ListWalk {
  protected readonly blocks: string[] = [];
  private loose: HtmlNode[] = [];

  constructor(
    protected readonly scope: Scope,
    protected readonly writer: BlockWriter,
  ) {}

  protected abstract item(element: HtmlElement): void;
  protected abstract nested(list: HtmlElement): void;
  /** Ends the items so far. */
  protected abstract endItems(): void;

  run(list: HtmlElement): string[] {
    this.walk(list);
    this.endRun();
    this.endItems();
    return this.blocks;
  }

  protected walk(parent: HtmlElement): void {
    for (const node of parent.childNodes) {
      if (!isElement(node)) this.loose.push(node);
      else if (!this.writer.skips(node)) this.visit(node);
    }
  }

  private visit(node: HtmlElement): void {
    const name = node.localName;
    const isList = /^(?:ul|ol|menu|dir)$/.test(name);
    if (!isList && name !== 'li' && !this.writer.hasBlocks(node)) {
      this.loose.push(node);
      return;
    }
    this.endRun();
    if (name === 'li') this.item(node);
    else if (isList) this.nested(node);
    else if (node.children.some(({ localName }) => localName === 'li')) this.walk(node);
    else {
      this.endItems();
      this.blocks.push(...this.writer.blocksOf(node, this.scope));
    }
  }

  private endRun(): void {
    const text = this.writer.paragraph(this.loose);
    this.loose = [];
    if (text === '') return;
    this.endItems();
    this.blocks.push(text);
  }
}

class ListWriter extends ListWalk {
  private items: string[] = [];
  private number = 0;
  private step = 1;
  private isOrdered = false;

  override run(list: HtmlElement): string[] {
    this.isOrdered = list.localName === 'ol';
    const isReversed = this.isOrdered && list.hasAttribute('reversed');
    this.step = isReversed ? -1 : 1;
    const count = list.children.filter(({ localName }) => localName === 'li').length;
    this.number = wholeNumber(list.getAttribute('start')) ?? (isReversed ? count : 1);
    return super.run(list);
  }

  protected override item(element: HtmlElement): void {
    if (this.isOrdered) this.number = wholeNumber(element.getAttribute('value')) ?? this.number;
    const blocks = this.writer.blocksOf(element, { ...this.scope, depth: this.scope.depth + 1, hasHeadings: false });
    if (blocks.length === 0) return;
    this.items.push(this.marked(joinItemBlocks(blocks)));
    this.number += this.step;
  }

  /** A list right inside a list belongs to the item above it. */
  protected override nested(list: HtmlElement): void {
    const above = this.items.at(-1);
    const blocks = listBlocks(list, { ...this.scope, depth: this.scope.depth + 1, hasHeadings: false }, this.writer);
    if (blocks.length === 0) return;
    const text = joinItemBlocks(blocks);
    if (above === undefined) this.items.push(text);
    else this.items[this.items.length - 1] = `${above}\n${this.indented(`\n${text}`).slice(1)}`;
  }

  protected override endItems(): void {
    if (this.items.length > 0) this.blocks.push(this.items.join('\n'));
    this.items = [];
  }

  private mark(): string {
    // Markdown has no numbers below zero.
    return this.isOrdered && this.number >= 0 ? `${this.number}. ` : '- ';
  }

  private marked(text: string): string {
    if (this.scope.depth >= MAX_INDENT) return text;
    const mark = this.mark();
    return mark + indent(text, mark.length);
  }

  private indented(text: string): string {
    return this.scope.depth >= MAX_INDENT ? text : indent(text, this.mark().length);
  }
}

/** A list that arranges sections; items without headings in it are items still. */
class SectionList extends ListWalk {
  private plain: HtmlElement[] = [];

  protected override item(element: HtmlElement): void {
    if (beginsWithHeading(element) || /^(?:pre|table|section|div|dl|hr)$/.test(firstShown(element)?.localName ?? '')) {
      this.endItems();
      this.blocks.push(...this.writer.blocksOf(element, this.scope));
    } else this.plain.push(element);
  }

  protected override nested(list: HtmlElement): void {
    this.endItems();
    this.blocks.push(...listBlocks(list, this.scope, this.writer));
  }

  protected override endItems(): void {
    const items = this.plain.flatMap((element) => {
      const blocks = this.writer.blocksOf(element, { ...this.scope, depth: this.scope.depth + 1, hasHeadings: false });
      return blocks.length === 0 ? [] : [`- ${indent(joinItemBlocks(blocks), 2)}`];
    });
    this.plain = [];
    if (items.length > 0) this.blocks.push(items.join('\n'));
  }
}

function wholeNumber(value: string | null): number | undefined {
  const number = Number.parseInt(value ?? '', 10);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Moves all lines but the first to the right; empty ones stay empty. */
export function indent(text: string, columns: number): string {
  return text.replace(/\n(?!\n|$)/g, `\n${' '.repeat(columns)}`);
}
