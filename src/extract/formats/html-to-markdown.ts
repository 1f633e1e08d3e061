import { escapeLineStarts } from './escape-markdown.js';
import { codeCellOf, codeLinesOf, codeRowsOf, fence, fencedCode, inlineCode, inlineCodeLines } from './html-code.js';
import { classesOf, findFirst, type HtmlElement, type HtmlNode, isElement } from './html-dom.js';
import { InlineWriter, isBlock, isPermalink, tidyInline } from './html-inline.js';
import { type BlockWriter, indent, listBlocks, MAX_INDENT, type Scope } from './html-list.js';
import { flatTable, isLayoutTable, pipeTable, rowsOf } from './html-table.js';
import type { LossCounter } from './loss-counter.js';

/** Where a tree is written to. */
export interface MarkdownTarget {
  /** Absolute URL that relative links are resolved against. */
  readonly base: string;
  /** Counts what the text lacks. */
  readonly losses: LossCounter;
}

/**
 * Writes a tree as Markdown: ATX headings, fenced code with its language, pipe tables, lists, absolute link targets.
 * Linear in the size of the tree. Text is escaped only where a line would otherwise begin a Markdown block, so that
 * identifiers and quotations stay as they are on the page.
 */
export function htmlToMarkdown(root: HtmlElement, target: MarkdownTarget): string {
  const writer = new MarkdownWriter(target);
  return writer.blocksOf(root, { depth: 0, hasHeadings: true, isCell: false }).join('\n\n');
}

class MarkdownWriter implements BlockWriter {
  private readonly blockiness = new Map<HtmlNode, boolean>();
  private level = 1;
  /** Target of a link around blocks; the first heading or paragraph inside takes it. */
  private pendingLink: string | undefined;
  private readonly inline: InlineWriter;

  constructor({ base, losses }: MarkdownTarget) {
    this.inline = new InlineWriter(base, losses);
  }

  blocksOf(element: HtmlElement, scope: Scope): string[] {
    return this.blocksOfNodes(element.childNodes, scope);
  }

  /** Markdown blocks of what stands side by side. */
  private blocksOfNodes(nodes: readonly HtmlNode[], scope: Scope): string[] {
    const blocks: string[] = [];
    let run: HtmlNode[] = [];
    const flush = (): void => {
      const text = this.paragraph(run);
      if (text !== '') blocks.push(text);
      run = [];
    };
    for (const node of nodes) {
      if (!isElement(node) || !this.hasBlocks(node)) run.push(node);
      else if (!this.skips(node)) {
        flush();
        for (const block of this.block(node, scope)) if (block !== '') blocks.push(block);
      }
    }
    flush();
    return blocks;
  }

  paragraph(nodes: readonly HtmlNode[]): string {
    const text = escapeLineStarts(tidyInline(this.inline.inline(nodes)));
    return text === '' ? '' : this.withPendingLink(text);
  }

  skips(element: HtmlElement): boolean {
    return this.inline.skips(element);
  }

  private withPendingLink(text: string): string {
    const url = this.pendingLink;
    if (url === undefined || text.includes('](') || text.includes('\n')) return text;
    this.pendingLink = undefined;
    return `[${text}](${url})`;
  }

  /** Whether an element is a block or holds one; each element is asked once. */
  hasBlocks(element: HtmlElement): boolean {
    const known = this.blockiness.get(element);
    if (known !== undefined) return known;
    let found = isBlock(element);
    if (!found && element.localName !== 'math') {
      for (const child of element.childNodes) if (isElement(child) && this.hasBlocks(child)) found = true;
    }
    this.blockiness.set(element, found);
    return found;
  }

  private block(element: HtmlElement, scope: Scope): string[] {
    const name = element.localName;
    if (/^h[1-6]$/.test(name)) return this.heading(element, scope);
    switch (name) {
      case 'pre':
        return [fencedCode(element)];
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        return listBlocks(element, scope, this);
      case 'dl':
        return this.definitions(element, scope);
      case 'blockquote':
        return [this.quote(element, scope)];
      case 'table':
        return this.table(element, scope);
      case 'hr':
        return ['---'];
      case 'summary':
      case 'legend':
        return holdsHeading(element) ? this.blocksOf(element, scope) : [strong(this.inline.inlineOf(element))];
      case 'a':
        return this.linkedBlocks(element, scope);
      case 'div':
        return this.division(element, scope);
      default:
        return this.blocksOf(element, scope);
    }
  }

  private division(element: HtmlElement, scope: Scope): string[] {
    const listing = codeLinesOf(element);
    return listing === undefined ? this.blocksOf(element, scope) : [listing];
  }

  /** A heading; blocks that a forgotten end tag left inside of it follow it. */
  private heading(element: HtmlElement, scope: Scope): string[] {
    const nodes = element.childNodes.filter((node) => !isPermalink(node));
    const first = nodes.findIndex((node) => isElement(node) && this.hasBlocks(node));
    const isSplit = first !== -1 && nodes.slice(0, first).some((node) => node.textContent.trim() !== '');
    const text = tidyInline(this.inline.inline(isSplit ? nodes.slice(0, first) : nodes))
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\s+#+$/, '');
    const rest = isSplit ? nodes.slice(first) : [];
    if (text === '') return this.blocksOfNodes(rest, scope);
    if (!scope.hasHeadings) return [strong(text), ...this.blocksOfNodes(rest, scope)];
    this.level = Number(element.localName[1]);
    return [`${'#'.repeat(this.level)} ${this.withPendingLink(text)}`, ...this.blocksOfNodes(rest, scope)];
  }

  private linkedBlocks(element: HtmlElement, scope: Scope): string[] {
    const outer = this.pendingLink;
    this.pendingLink = this.inline.target(element) ?? outer;
    const blocks = this.blocksOf(element, scope);
    this.pendingLink = outer;
    return blocks;
  }

  private quote(element: HtmlElement, scope: Scope): string {
    const blocks = this.blocksOf(element, { ...scope, depth: scope.depth + 1, hasHeadings: false });
    const text = blocks.join('\n\n');
    if (text === '' || scope.depth >= MAX_INDENT) return text;
    return text.replace(/^/gm, '> ').replace(/^> $/gm, '>');
  }

  private definitions(element: HtmlElement, scope: Scope): string[] {
    const blocks: string[] = [];
    let terms: string[] = [];
    let loose: HtmlNode[] = [];
    const outerLevel = this.level;
    const endLoose = (): void => {
      const text = this.paragraph(loose);
      loose = [];
      if (text === '') return;
      blocks.push(...terms, text);
      terms = [];
    };
    const visit = (parent: HtmlElement): void => {
      for (const child of parent.childNodes) {
        if (!isElement(child) || !this.hasBlocks(child)) loose.push(child);
        else {
          endLoose();
          if (child.localName === 'div' && child.children.some(isTermOrMeaning)) visit(child);
          else if (child.localName === 'dt') terms.push(...this.term(child, scope, outerLevel));
          else {
            blocks.push(...joinDefinition(terms, this.skips(child) ? [] : this.meaning(child, scope)));
            terms = [];
          }
        }
      }
    };
    visit(element);
    endLoose();
    blocks.push(...terms);
    this.level = outerLevel;
    return joinItems(blocks.filter((block) => block !== ''));
  }

  private meaning(element: HtmlElement, scope: Scope): string[] {
    return element.localName === 'dd' ? this.blocksOf(element, scope) : this.blocksOfNodes([element], scope);
  }

  /** A term; signatures of documented symbols become headings, so that each symbol is a section of its own. */
  private term(element: HtmlElement, scope: Scope, outerLevel: number): string[] {
    if (scope.hasHeadings && holdsHeading(element)) return this.blocksOf(element, scope);
    const isSignature = classesOf(element).some((name) => /^(?:sig|sig-object)$/.test(name));
    if (!isSignature || !scope.hasHeadings)
      return [strong(this.inline.inlineOf(element, true).replace(/\s*\n\s*/g, ' '))];
    const signature = inlineCode(textWithoutPermalinks(element));
    this.level = Math.min(6, outerLevel + 1);
    return signature === '' ? [] : [`${'#'.repeat(this.level)} ${signature}`];
  }

  private table(element: HtmlElement, scope: Scope): string[] {
    const rows = rowsOf(element);
    const cells = rows.map((row) => row.cells);
    const listing = codeCellOf(cells);
    if (listing !== undefined) return [fencedCode(listing)];
    const numbered = codeRowsOf(cells);
    if (numbered !== undefined) return [fence(numbered, '')];
    if (isLayoutTable(element, rows)) return this.blocksOf(element, scope);
    const caption = element.children.find((child) => child.localName === 'caption');
    const lead = caption === undefined ? '' : this.inline.inlineOf(caption);
    const write = scope.isCell ? flatTable : pipeTable;
    return [lead, write(rows, (cell) => this.cell(cell))];
  }

  /** A cell on one line: its blocks are divided by `<br>`. */
  private cell(element: HtmlElement): string {
    const blocks = this.blocksOf(element, { depth: MAX_INDENT, hasHeadings: false, isCell: true });
    const lines = blocks.flatMap((block) => (block.startsWith('```') ? inlineCodeLines(block) : block.split('\n')));
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('<br>');
  }
}

function isTermOrMeaning(element: HtmlElement): boolean {
  return element.localName === 'dt' || element.localName === 'dd';
}

function holdsHeading(element: HtmlElement): boolean {
  return findFirst(element, ({ localName }) => /^h[1-6]$/.test(localName)) !== undefined;
}

function textWithoutPermalinks(element: HtmlElement): string {
  const parts: string[] = [];
  const visit = (node: HtmlNode): void => {
    if (node.nodeType === 3) parts.push(node.nodeValue ?? '');
    if (!isElement(node) || isPermalink(node)) return;
    if (classesOf(node).includes('viewcode-link')) return;
    for (const child of node.childNodes) visit(child);
  };
  visit(element);
  return parts.join('');
}

/** Terms with what is said of them: one list item where that is all paragraphs, as several terms may share one meaning. */
function joinDefinition(terms: readonly string[], blocks: readonly string[]): string[] {
  const named = terms.filter((term) => term !== '');
  const isPlain = blocks.length > 0 && blocks.every((block) => !/^(?:```|\||- |\d+\. |> |#)/.test(block));
  if (!isPlain || named.length === 0 || named.some((term) => term.startsWith('#'))) return [...named, ...blocks];
  const term =
    named.length === 1 ? named.join() : strong(named.map((one) => one.replace(/^\*\*|\*\*$/g, '')).join(', '));
  // A term that ends with a colon has it already.
  const lead = term.replace(/:(\*{0,2})$/, '$1');
  return [`- ${lead}: ${indent(blocks.join('\n\n'), 2)}`];
}

/** Puts list items that follow each other on neighbouring lines. */
function joinItems(blocks: readonly string[]): string[] {
  const groups: string[][] = [];
  for (const [at, block] of blocks.entries()) {
    const isNext = block.startsWith('- **') && blocks[at - 1]?.startsWith('- **') === true;
    if (isNext) groups.at(-1)?.push(block);
    else groups.push([block]);
  }
  return groups.map((group) => group.join('\n'));
}

function strong(text: string): string {
  if (text === '' || /^\*\*[\s\S]*\*\*$/.test(text)) return text;
  return `**${text}**`;
}
