import type { MarkdownNode } from './markdown-node.js';

/** The parser behind {@link readBlocks}. */
export interface BlockParser {
  /** Parses a whole text, which may begin with front matter. */
  whole(text: string): MarkdownNode[];
  /** Parses a part of a text, which may not. */
  part(text: string): MarkdownNode[];
}

/**
 * The top-level blocks of a Markdown text, equal to what the parser finds in the whole: paragraphs, headings (`#`) and fenced code that
 * begin at the margin are read here, some twenty times as fast; whatever else there is, or may be, goes to the parser in parts. A part
 * ends before a block at the margin behind a blank line, where every list, quotation and table has ended.
 */
export function readBlocks(text: string, parser: BlockParser): MarkdownNode[] {
  // The parser replaces or counts these in ways of its own.
  if (/[\0\r\ufeff]/.test(text)) return parser.whole(text);
  const front = frontMatter(text);
  if (front === 'unclear') return parser.whole(text);
  const nodes: MarkdownNode[] = front === undefined ? [] : [front];
  for (let at = front === undefined ? 0 : nextLine(text, front.end); at < text.length; ) {
    const line = lineAt(text, at);
    if (line.isBlank) at = line.next;
    else {
      const block = simpleBlock(text, line);
      const end = block?.end ?? endOfPart(text, line);
      if (block !== undefined) nodes.push(block);
      else for (const node of parser.part(text.slice(at, end))) nodes.push(moveNode(node, at));
      at = block === undefined ? end : nextLine(text, end);
    }
  }
  return nodes;
}

/** A node in a text that begins so much earlier. */
export function moveNode(node: MarkdownNode, by: number): MarkdownNode {
  if (by === 0) return node;
  return {
    ...node,
    start: node.start + by,
    end: node.end + by,
    children: node.children.map((child) => moveNode(child, by)),
  };
}

/** The front matter; undefined where there is none, `unclear` where that is left to the parser, which then reads lists as text. */
function frontMatter(text: string): MarkdownNode | 'unclear' | undefined {
  const opening = /^(?:---|\+\+\+)(?=[ \t]*(?:\n|$))/.exec(text)?.[0];
  if (opening === undefined) return undefined;
  const closing = opening === '---' ? /\n---[ \t]*(?:\n|$)/ : /\n\+\+\+[ \t]*(?:\n|$)/;
  const found = closing.exec(text);
  if (found === null || text[3] !== '\n' || found[0].trim() !== found[0].replaceAll('\n', '')) return 'unclear';
  const end = found.index + 1 + opening.length;
  return { type: opening === '---' ? 'yaml' : 'toml', start: 0, end, depth: 0, children: [] };
}

interface Line {
  readonly start: number;
  /** Behind its last code unit, the newline not included. */
  readonly end: number;
  readonly next: number;
  /** Behind its indentation. */
  readonly opening: number;
  readonly isBlank: boolean;
}

const SPACE = 0x20;
const TAB = 0x09;

function lineAt(text: string, start: number): Line {
  const newline = text.indexOf('\n', start);
  const end = newline === -1 ? text.length : newline;
  let opening = start;
  while (opening < end && isSpace(text.charCodeAt(opening))) opening++;
  return { start, end, next: newline === -1 ? end : end + 1, opening, isBlank: opening === end };
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

function nextLine(text: string, end: number): number {
  const newline = text.indexOf('\n', end);
  return newline === -1 ? text.length : newline + 1;
}

/** The block that begins with this line, if it is one of those that are read here. */
function simpleBlock(text: string, line: Line): MarkdownNode | undefined {
  if (line.opening > line.start) return undefined;
  switch (kindOf(text, line)) {
    case 'text':
      return paragraph(text, line) ?? plainTable(text, line);
    case 'heading':
      return heading(text, line);
    case 'fence':
      return fencedCode(text, line);
    case 'odd':
      return flatList(text, line) ?? plainTable(text, line);
  }
}

type LineKind = 'text' | 'heading' | 'fence' | 'odd';

/** Signs at which a line may be more than text; all others make it text. */
const SIGNS = new Set([...'#>-+*_=`~<[|:0123456789'].map((sign) => sign.charCodeAt(0)));

/** What a line is that is neither blank nor inside a block of several lines; `odd` wherever it may be something else. */
function kindOf(text: string, { opening, end }: Line): LineKind {
  if (!SIGNS.has(text.charCodeAt(opening))) return 'text';
  const line = text.slice(opening, end);
  if (/^#{1,6}(?:[ \t]|$)/.test(line)) return 'heading';
  if (/^(?:`{3,}[^`]*$|~{3})/.test(line)) return 'fence';
  return ODD.test(line) ? 'odd' : 'text';
}

/** Quotations, lists, rules, underlines of headings and tables, HTML, footnotes. */
const ODD = /^(?:`{3}|>|[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|<[a-zA-Z/!?]|\[\^|[-*_=|:+ \t]+$)/;

function paragraph(text: string, first: Line): MarkdownNode | undefined {
  let { end, next } = first;
  while (next < text.length) {
    const line = lineAt(text, next);
    if (line.isBlank) break;
    const kind = kindOf(text, line);
    if (kind === 'odd' || (kind !== 'text' && line.opening > line.start)) return undefined;
    if (kind !== 'text') break;
    ({ end, next } = line);
  }
  return { type: 'paragraph', start: first.start, end, depth: 0, children: [] };
}

function heading(text: string, { start, end }: Line): MarkdownNode | undefined {
  const depth = /^#+/.exec(text.slice(start, start + 6))?.[0].length ?? 1;
  // Whether blanks at the end belong to it is left to the parser.
  if (isSpace(text.charCodeAt(end - 1))) return undefined;
  return { type: 'heading', start, end, depth, children: [] };
}

function fencedCode(text: string, first: Line): MarkdownNode | undefined {
  const marks = /^(?:`+|~+)/.exec(text.slice(first.start, first.end))?.[0] ?? '';
  for (let at = first.next; at < text.length; ) {
    const line = lineAt(text, at);
    if (text.startsWith(marks, line.opening)) return closedCode(text, { first, line, marks });
    at = line.next;
  }
  return { type: 'code', start: first.start, end: text.length, depth: 0, children: [] };
}

/** Ends at a line of marks alone at the margin; anything else that begins with marks is left to the parser. */
function closedCode(
  text: string,
  { first, line, marks }: { first: Line; line: Line; marks: string },
): MarkdownNode | undefined {
  if (line.opening > line.start) return undefined;
  for (let at = line.start; at < line.end; at++) if (text[at] !== marks[0]) return undefined;
  return { type: 'code', start: first.start, end: line.end, depth: 0, children: [] };
}

/** A list of one level whose items are paragraphs; undefined for any other. */
function flatList(text: string, first: Line): MarkdownNode | undefined {
  const items: MarkdownNode[] = [];
  const kind = signAt(text, first)?.kind;
  let line: Line | undefined = first;
  while (line !== undefined) {
    const start = signAt(text, line)?.kind === kind ? startOfItem(text, line) : undefined;
    if (start === undefined) return undefined;
    const end = endOfItem(text, line, start - line.start);
    const paragraph = { type: 'paragraph', start, end, depth: 0, children: [] };
    items.push({ type: 'listItem', start: line.start, end, depth: 0, children: [paragraph] });
    const next = lineInList(text, lineAt(text, nextLine(text, end)), kind);
    if (next === 'unclear') return undefined;
    line = next;
  }
  return { type: 'list', start: first.start, end: items.at(-1)?.end ?? first.end, depth: 0, children: items };
}

/** The sign of an item that begins at the margin, if the line has one; `kind` tells lists apart. */
function signAt(text: string, line: Line): { kind: string; length: number } | undefined {
  const opening = text.slice(line.start, Math.min(line.end, line.start + LONGEST_SIGN));
  const [sign, mark] = /^(?:\d{1,9}([.)])|[-+*])(?=[ \t]|$)/.exec(opening) ?? [];
  return sign === undefined ? undefined : { kind: mark ?? sign, length: sign.length };
}

/** Where the text of an item begins that has one blank and a paragraph behind its sign. */
function startOfItem(text: string, line: Line): number | undefined {
  const start = line.start + (signAt(text, line)?.length ?? 0) + 1;
  if (start >= line.end || text.charCodeAt(start - 1) !== SPACE || isSpace(text.charCodeAt(start))) return undefined;
  if (isRule(text.slice(line.start, line.end))) return undefined;
  return kindOf(text, { ...line, opening: start }) === 'text' ? start : undefined;
}

/** The line that a list goes on with behind an item; undefined where it has ended, `unclear` where the parser must tell. */
function lineInList(text: string, next: Line, kind: string | undefined): Line | 'unclear' | undefined {
  let line = next;
  while (line.isBlank && line.start < text.length) line = lineAt(text, line.next);
  if (line.start >= text.length) return next.start >= text.length || text.endsWith('\n') ? undefined : 'unclear';
  if (line.opening > line.start) return 'unclear';
  return next.isBlank && signAt(text, line)?.kind !== kind ? undefined : line;
}

const LONGEST_SIGN = 12;
const isRule = (line: string): boolean => /^[-*+_ \t]*$/.test(line);

/** Behind the lines of text that are indented as the item's own text is. */
function endOfItem(text: string, first: Line, indentation: number): number {
  let { end, next } = first;
  while (next < text.length) {
    const line = lineAt(text, next);
    if (line.isBlank || line.opening - line.start !== indentation || kindOf(text, line) !== 'text') break;
    ({ end, next } = line);
  }
  return end;
}

const DELIMITERS = /^\|(?:[ \t]*:?-+:?[ \t]*\|)+$/;
const ROW = /^\|.*\|$/;

/** A table whose rows all begin and end with a bar. */
function plainTable(text: string, first: Line): MarkdownNode | undefined {
  const rows: MarkdownNode[] = [];
  const second = lineAt(text, first.next);
  const header = text.slice(first.start, first.end);
  const delimiters = text.slice(second.start, second.end);
  if (!ROW.test(header) || header.includes('\\') || !DELIMITERS.test(delimiters)) return undefined;
  if (header.split('|').length !== delimiters.split('|').length) return undefined;
  let end = second.end;
  for (let line = first; !line.isBlank; line = lineAt(text, line.next)) {
    if (!ROW.test(text.slice(line.start, line.end))) return undefined;
    if (line.start !== second.start)
      rows.push({ type: 'tableRow', start: line.start, end: line.end, depth: 0, children: [] });
    end = line.end;
  }
  return { type: 'table', start: first.start, end, depth: 0, children: rows };
}

/** What stays open beyond blank lines, in a list or a quotation too: fenced code, and HTML that ends with a sign of its own. */
const LASTING = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)]))*[ \t]*(?:`{3}|~{3}|<(?:[?!]|script|pre|style|textarea))/i;
const CLOSED_COMMENT = /^<!--.*-->/;

/** End of a part that begins with this line and is parsed on its own. */
function endOfPart(text: string, first: Line): number {
  let line = first;
  let isAfterBlank = false;
  while (line.start < text.length) {
    if (isAfterBlank && line.opening === line.start && !line.isBlank && kindOf(text, line) !== 'odd') return line.start;
    const opening = text.slice(line.opening, line.end);
    if (LASTING.test(opening) && !CLOSED_COMMENT.test(opening)) return text.length;
    isAfterBlank = line.isBlank;
    line = lineAt(text, line.next);
  }
  return text.length;
}
