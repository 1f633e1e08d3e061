import { escapeLineStarts } from './escape-markdown.js';
import { codeCellOf, fencedCode, inlineCode } from './html-code.js';
import { classesOf, type HtmlElement, type HtmlNode, isElement, LEVEL_ATTRIBUTE } from './html-dom.js';
import { BLOCKS, InlineWriter, isPermalink, isSkipped, tidyInline } from './html-inline.js';
import { isLayoutTable, pipeTable, rowsOf } from './html-table.js';

/** Deeper lists and quotes are written at this depth, so that indentation cannot multiply the text. */
const MAX_INDENT = 10;

interface Scope {
  /** Nesting of lists and quotes, which indent. */
  readonly depth: number;
  /** Whether headings may stand here as headings. */
  readonly hasHeadings: boolean;
}

/**
 * Writes a tidied tree as Markdown: ATX headings, fenced code with its language, pipe tables, lists, absolute link
 * targets. Linear in the size of the tree. Text is escaped only where a line would otherwise begin a Markdown block,
 * so that identifiers and quotations stay as they are on the page.
 * @param base absolute URL that relative links are resolved against
 */
export function htmlToMarkdown(root: HtmlElement, base: string): string {
  const writer = new MarkdownWriter(base);
  return writer.blocksOf(root, { depth: 0, hasHeadings: true }).join('\n\n');
}

class MarkdownWriter {
  private readonly blockiness = new Map<HtmlNode, boolean>();
  private level = 1;
  /** Target of a link around blocks; the first heading or paragraph inside takes it. */
  private pendingLink: string | undefined;
  private readonly inline: InlineWriter;

  constructor(base: string) {
    this.inline = new InlineWriter(base);
  }

  /** Markdown blocks of an element's content. */
  blocksOf(element: HtmlElement, scope: Scope): string[] {
    const blocks: string[] = [];
    let run: HtmlNode[] = [];
    const flush = (): void => {
      const text = this.paragraph(run);
      if (text !== '') blocks.push(text);
      run = [];
    };
    for (const node of element.childNodes) {
      if (!isElement(node)) {
        if (node.nodeType === 3) run.push(node);
      } else if (!isSkipped(node)) {
        if (this.hasBlocks(node)) {
          flush();
          for (const block of this.block(node, scope)) if (block !== '') blocks.push(block);
        } else run.push(node);
      }
    }
    flush();
    return blocks;
  }

  private paragraph(nodes: readonly HtmlNode[]): string {
    const text = escapeLineStarts(tidyInline(this.inline.inline(nodes)));
    return text === '' ? '' : this.withPendingLink(text);
  }

  private withPendingLink(text: string): string {
    const url = this.pendingLink;
    if (url === undefined || text.includes('](') || text.includes('\n')) return text;
    this.pendingLink = undefined;
    return `[${text}](${url})`;
  }

  /** Whether an element is a block or holds one; each element is asked once. */
  private hasBlocks(element: HtmlElement): boolean {
    const known = this.blockiness.get(element);
    if (known !== undefined) return known;
    let found = BLOCKS.has(element.localName);
    if (!found && element.localName !== 'math') {
      for (const child of element.children) if (this.hasBlocks(child)) found = true;
    }
    this.blockiness.set(element, found);
    return found;
  }

  private block(element: HtmlElement, scope: Scope): string[] {
    const name = element.localName;
    if (/^h[1-6]$/.test(name))
      return [this.heading(element, Number(element.getAttribute(LEVEL_ATTRIBUTE) ?? name[1]), scope)];
    switch (name) {
      case 'pre':
        return [fencedCode(element)];
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        return [this.list(element, scope)];
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
        return [strong(this.inline.inlineOf(element))];
      case 'a':
        return this.linkedBlocks(element, scope);
      default:
        return this.blocksOf(element, scope);
    }
  }

  private heading(element: HtmlElement, level: number, scope: Scope): string {
    const text = this.inline
      .inlineOf(element, true)
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\s+#+$/, '');
    if (text === '') return '';
    if (!scope.hasHeadings) return strong(text);
    this.level = level;
    return `${'#'.repeat(level)} ${this.withPendingLink(text)}`;
  }

  private linkedBlocks(element: HtmlElement, scope: Scope): string[] {
    const outer = this.pendingLink;
    this.pendingLink = this.inline.target(element) ?? outer;
    const blocks = this.blocksOf(element, scope);
    this.pendingLink = outer;
    return blocks;
  }

  private list(element: HtmlElement, scope: Scope): string {
    const isOrdered = element.localName === 'ol';
    let number = Number.parseInt(element.getAttribute('start') ?? '1', 10);
    if (!Number.isSafeInteger(number) || number < 0) number = 1;
    const items: string[] = [];
    for (const child of element.children) {
      if (isSkipped(child)) continue;
      const mark = isOrdered ? `${number}. ` : '- ';
      const item = this.item(child, mark, scope);
      if (item === '') continue;
      items.push(item);
      number++;
    }
    return items.join('\n');
  }

  private item(element: HtmlElement, mark: string, scope: Scope): string {
    const isDeep = scope.depth >= MAX_INDENT;
    const blocks = this.blocksOf(element, { depth: scope.depth + 1, hasHeadings: false });
    if (blocks.length === 0) return '';
    const [first = '', ...rest] = blocks;
    let text = first;
    for (const block of rest) text += (/^(?:- |\d+\. )/.test(block) ? '\n' : '\n\n') + block;
    return isDeep ? text : mark + indent(text, mark.length);
  }

  private quote(element: HtmlElement, scope: Scope): string {
    const blocks = this.blocksOf(element, { depth: scope.depth + 1, hasHeadings: false });
    const text = blocks.join('\n\n');
    if (text === '' || scope.depth >= MAX_INDENT) return text;
    return text.replace(/^/gm, '> ').replace(/^> $/gm, '>');
  }

  private definitions(element: HtmlElement, scope: Scope): string[] {
    const blocks: string[] = [];
    let terms: string[] = [];
    const outerLevel = this.level;
    const visit = (parent: HtmlElement): void => {
      for (const child of parent.children) {
        if (child.localName === 'div') visit(child);
        else if (child.localName === 'dt') {
          terms.push(this.term(child, scope, outerLevel));
        } else {
          const said = isSkipped(child) ? [] : this.blocksOf(child, scope);
          blocks.push(...joinDefinition(terms, said));
          terms = [];
        }
      }
    };
    visit(element);
    blocks.push(...terms.filter((term) => term !== ''));
    this.level = outerLevel;
    return joinItems(blocks);
  }

  /** A term; signatures of documented symbols become headings, so that each symbol is a section of its own. */
  private term(element: HtmlElement, scope: Scope, outerLevel: number): string {
    const isSignature = classesOf(element).some((name) => /^(?:sig|sig-object)$/.test(name));
    if (!isSignature || !scope.hasHeadings)
      return strong(this.inline.inlineOf(element, true).replace(/\s*\n\s*/g, ' '));
    const signature = inlineCode(textWithoutPermalinks(element));
    this.level = Math.min(6, outerLevel + 1);
    return signature === '' ? '' : `${'#'.repeat(this.level)} ${signature}`;
  }

  private table(element: HtmlElement, scope: Scope): string[] {
    const listing = codeCellOf(element);
    if (listing !== undefined) return [fencedCode(listing)];
    const rows = rowsOf(element);
    if (isLayoutTable(element, rows)) return this.blocksOf(element, scope);
    const caption = [...element.children].find((child) => child.localName === 'caption');
    const lead = caption === undefined ? '' : this.inline.inlineOf(caption);
    return [lead, pipeTable(rows, (cell) => this.cell(cell))];
  }

  /** A cell on one line: its blocks are divided by `<br>`. */
  private cell(element: HtmlElement): string {
    const blocks = this.blocksOf(element, { depth: MAX_INDENT, hasHeadings: false });
    const lines = blocks.flatMap((block) => (block.startsWith('```') ? codeLines(block) : block.split('\n')));
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('<br>');
  }
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
  return [`- ${term}: ${indent(blocks.join('\n\n'), 2)}`];
}

/** Puts list items that follow each other on neighbouring lines. */
function joinItems(blocks: readonly string[]): string[] {
  const joined: string[] = [];
  for (const block of blocks) {
    const above = joined.at(-1);
    if (above?.startsWith('- **') === true && block.startsWith('- **'))
      joined[joined.length - 1] = `${above}\n${block}`;
    else joined.push(block);
  }
  return joined;
}

function indent(text: string, columns: number): string {
  return text.replace(/\n(?!\n|$)/g, `\n${' '.repeat(columns)}`);
}

function strong(text: string): string {
  if (text === '' || /^\*\*[\s\S]*\*\*$/.test(text)) return text;
  return `**${text}**`;
}

function codeLines(block: string): string[] {
  return block
    .split('\n')
    .slice(1, -1)
    .map((line) => inlineCode(line));
}
