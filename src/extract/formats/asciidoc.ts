import { canonicalLanguage } from './languages.js';
import { fenceFor, paddedTable, replaceInline } from './light-markup.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';

/** Reads AsciiDoc as Markdown with the same number of lines: line n of the text is line n of the file. */
export function parseAsciidoc(source: string): ParsedBody {
  const converter = new AsciidocConverter(source.split('\n'));
  const text = converter.convert().join('\n');
  return { text, format: 'markdown', title: firstHeading(text), metadata: converter.metadata() };
}

const INLINE: readonly (readonly [RegExp, string])[] = [
  [/\bimage::?([^\s[\]]+)\[([^\],]*)[^\]]*\]/g, '![$2]($1)'],
  [/\blink:(?:\+\+)?([^\s[\]]+?)(?:\+\+)?\[\]/g, '<$1>'],
  [/\blink:(?:\+\+)?([^\s[\]]+?)(?:\+\+)?\[([^\]^,]*)[^\]]*\]/g, '[$2]($1)'],
  [/\bxref:([^\s[\]]+)\[([^\]]+)\]/g, '[$2]($1)'],
  [/\bxref:([^\s[\]]+)\[\]/g, '$1'],
  [/(^|[\s(>])(https?:\/\/[^\s[\]<>]+)\[([^\]^,]+)[^\]]*\]/g, '$1[$3]($2)'],
  [/(https?:\/\/[^\s[\]<>]+)\[\]/g, '$1'],
  [/<<[^,>]{1,200},([^>]{1,300})>>/g, '$1'],
  [/<<#?([^,>]{1,200})>>/g, '$1'],
  [/\b(?:kbd|btn):\[([^\]]+)\]/g, '`$1`'],
  [/\bmenu:([^\s[\]]+)\[([^\]]*)\]/g, '$1 > $2'],
  [/\bfootnote:[\w-]*\[([^\]]+)\]/g, ' ($1)'],
  [/\b(?:pass|stem|latexmath|asciimath):\w*\[([^\]]*)\]/g, '$1'],
  [/\[\[[\w:.-]+(?:,[^\]]*)?\]\]/g, ''],
  [/\[[.#][\w.# -]*\]#([^#]+)#/g, '$1'],
  [/`\+([^`+]+)\+`/g, '`$1`'],
  [/(^|[\s(,;:])\+([^\s+](?:[^+]*[^\s+])?)\+(?=[\s),.;:!?]|$)/g, '$1`$2`'],
  [/(^|[\s(,;:"'])\*([^\s*](?:[^*]*[^\s*])?)\*(?=[\s),.;:!?"']|$)/g, '$1**$2**'],
];
const SETEXT_LEVEL = new Map([
  ['=', 1],
  ['-', 2],
  ['~', 3],
  ['^', 4],
  ['+', 5],
]);
const CONTAINER = /^(?:={4,}|\*{4,}|--|\+{4,})$/;
const MAX_ATTRIBUTES = 500;

class AsciidocConverter {
  private readonly out: string[] = [];
  private readonly attributes = new Map([
    ['cpp', 'C++'],
    ['nbsp', ' '],
    ['zwsp', ''],
    ['empty', ''],
    ['amp', '&'],
    ['lt', '<'],
    ['gt', '>'],
    ['plus', '+'],
  ]);
  private readonly named: Record<string, string> = {};
  private block = '';
  private isQuote = false;
  private at = 0;

  constructor(private readonly lines: readonly string[]) {}

  convert(): string[] {
    while (this.at < this.lines.length) {
      const line = (this.lines[this.at] ?? '').trimEnd();
      if (line === '') this.emit(this.isQuote ? '>' : '');
      else this.readLine(line);
    }
    return this.out;
  }

  /** Header attributes that describe the document. */
  metadata(): Record<string, string> {
    return this.named;
  }

  private emit(...lines: string[]): void {
    this.emitAll(lines);
  }

  private emitAll(lines: readonly string[]): void {
    for (const line of lines) this.out.push(line);
    this.at += lines.length;
  }

  private readLine(line: string): void {
    if (this.readDelimiter(line) || this.readDirective(line) || this.readHeading(line)) return;
    const text = this.inline(this.listItem(line));
    const admonition = /^(NOTE|TIP|IMPORTANT|WARNING|CAUTION)$/.exec(this.block.split(/[,%.#]/, 1)[0] ?? '')?.[1];
    const lead = admonition === undefined ? '' : `**${sentence(admonition)}:** `;
    this.block = '';
    this.emit(`${this.isQuote ? '> ' : ''}${lead}${text}`);
  }

  private readHeading(line: string): boolean {
    const heading = /^(={1,6}|#{1,6})[ \t]+(.+?)(?:[ \t]+\1)?$/.exec(line);
    if (heading !== null) {
      this.emit(`${'#'.repeat(heading[1]?.length ?? 1)} ${this.inline(heading[2] ?? '')}`);
      this.block = '';
      return true;
    }
    const below = (this.lines[this.at + 1] ?? '').trimEnd();
    const level = SETEXT_LEVEL.get(below[0] ?? '');
    const isLine = level !== undefined && below.length >= 3 && /^(.)\1+$/.test(below);
    if (!isLine || Math.abs(below.length - line.length) > 2 || !/\w/.test(line) || (this.out.at(-1) ?? '') !== '')
      return false;
    this.emit(`${'#'.repeat(level)} ${this.inline(line)}`, '');
    return true;
  }

  private readDelimiter(line: string): boolean {
    if (/^(?:-{4,}|\.{4,}|`{3,}\S*)$/.test(line)) this.readListing(line);
    else if (/^\/{4,}$/.test(line)) this.dropTo(line);
    else if (/^[|,!:]={3,}$/.test(line)) this.readTable(line);
    else if (/^_{4,}$/.test(line)) {
      this.isQuote = !this.isQuote;
      this.emit('');
    } else if (CONTAINER.test(line)) {
      // The label of an admonition block is written where the block begins.
      const label = /^(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b/.exec(this.block)?.[1];
      this.block = '';
      this.emit(label === undefined ? '' : `**${sentence(label)}:**`);
    } else return false;
    return true;
  }

  private readListing(mark: string): void {
    const closing = mark.startsWith('```') ? '```' : mark;
    const start = this.at + 1;
    let end = start;
    while (end < this.lines.length && (this.lines[end] ?? '').trimEnd() !== closing) end++;
    const named = mark.startsWith('```')
      ? mark.slice(3)
      : (/^(?:source)?%?[\w%]*,[ \t]*"?([\w+#.-]+)/.exec(this.block)?.[1] ?? '');
    const isSource = mark.startsWith('```') || /^(?:source|,)/.test(this.block);
    const language = isSource ? named || (this.attributes.get('source-language') ?? '') : '';
    const marks = fenceFor(this.lines, start, end);
    this.block = '';
    this.emit(`${marks}${language === '' ? '' : canonicalLanguage(language)}`);
    this.emitAll(this.lines.slice(start, end));
    if (this.at < this.lines.length) this.emit(marks);
    else this.out.push(`${this.out.pop() ?? ''}\n${marks}`);
  }

  private dropTo(mark: string): void {
    this.emit('');
    while (this.at < this.lines.length && (this.lines[this.at] ?? '').trimEnd() !== mark) this.emit('');
    if (this.at < this.lines.length) this.emit('');
  }

  private readTable(mark: string): void {
    const start = this.at + 1;
    let end = start;
    while (end < this.lines.length && (this.lines[end] ?? '').trimEnd() !== mark) end++;
    const height = Math.min(end + 1, this.lines.length) - this.at;
    const body = this.lines.slice(start, end);
    const hasHeader = /header/.test(this.block) || (body[0]?.trim() !== '' && body[1]?.trim() === '');
    const separator = mark.startsWith(',') ? ',' : mark.startsWith('!') ? '!' : '|';
    const rows = readRows(body, separator, this.block).map((row) => row.map((cell) => this.inline(cell)));
    this.block = '';
    this.emitAll(paddedTable(rows, hasHeader, height) ?? this.lines.slice(this.at, this.at + height));
  }

  /** Attributes, comments, conditionals, includes and block attributes. */
  private readDirective(line: string): boolean {
    const attribute = /^:(!?[\w-]+)!?:(?:[ \t]+(.*))?$/.exec(line);
    if (attribute !== null) this.setAttribute(attribute[1] ?? '', attribute[2] ?? '');
    else if (/^\[[^\]]*\]$/.test(line) || /^\[\[[^\]]*\]\]$/.test(line)) {
      const value = line.slice(1, -1);
      if (!value.startsWith('[') && !/^[.#][\w-]+$/.test(value)) this.block = value;
    } else if (/^\.[^\s.]/.test(line)) {
      this.emit(`**${this.inline(line.slice(1))}**`);
      return true;
    } else if (/^include::/.test(line)) {
      this.emit(`Include: \`${line.slice('include::'.length).replace(/\[.*$/, '')}\``);
      return true;
    } else if (!/^(?:\/\/(?!\/)|ifdef::|ifndef::|ifeval::|endif::|toc::|<<<$|'''$)/.test(line) && line !== '+')
      return false;
    this.emit('');
    return true;
  }

  private setAttribute(name: string, value: string): void {
    if (name.startsWith('!') || this.attributes.size >= MAX_ATTRIBUTES) return;
    this.attributes.set(name, value.slice(0, 1000));
    if (/^(?:description|author|revdate|revnumber|keywords)$/.test(name) && value !== '')
      this.named[name] = value.slice(0, 1000);
  }

  private listItem(line: string): string {
    const item = /^[ \t]*(\*{1,6}|-|\.{1,6})[ \t]+(.+)$/.exec(line);
    if (item !== null) {
      const mark = item[1] ?? '-';
      const pad = ' '.repeat((mark.length - 1) * (mark.startsWith('.') ? 3 : 2));
      return `${pad}${mark.startsWith('.') ? '1.' : '-'} ${item[2]}`;
    }
    const callout = /^<(\d+|\.)>[ \t]+(.+)$/.exec(line);
    if (callout !== null) return `${callout[1] === '.' ? '1' : callout[1]}. ${callout[2]}`;
    const term = /^([^\s:][^:]{0,200}(?::[^:]{1,200})?)(?:::|;;)(?:[ \t]+(.+))?$/.exec(line);
    if (term !== null) return term[2] === undefined ? `**${term[1]}**` : `- **${term[1]}**: ${term[2]}`;
    const label = /^(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+(.+)$/.exec(line);
    if (label !== null) return `**${sentence(label[1] ?? '')}:** ${label[2]}`;
    return line.replace(/[ \t]+\+$/, '').replace(/^[ \t]{4,}/, '   ');
  }

  private inline(text: string): string {
    const filled = text.replace(
      /(?<!\\)\{([\w-]{1,60})\}/g,
      (whole, name: string) => this.attributes.get(name.toLowerCase()) ?? whole,
    );
    return replaceInline(filled, INLINE);
  }
}

function sentence(word: string): string {
  return word.charAt(0) + word.slice(1).toLowerCase();
}

/** Cells of a table's lines in rows: as many columns as its attributes or its first line have. */
function readRows(body: readonly string[], separator: string, attributes: string): string[][] {
  if (separator === ',') {
    return body.filter((line) => line.trim() !== '').map((line) => line.split(',').map((cell) => cell.trim()));
  }
  const cells: string[] = [];
  let columns = columnsOf(attributes);
  for (const line of body) {
    const parts = splitCells(line, separator);
    // Text before the first separator continues the cell above.
    const lead = parts.shift()?.trim() ?? '';
    if (lead !== '' && cells.length > 0) cells.push(`${cells.pop() ?? ''} ${lead}`.trim());
    if (columns === 0) columns = parts.length;
    for (const part of parts) cells.push(part.trim());
  }
  const rows: string[][] = [];
  const width = Math.max(1, columns);
  for (let at = 0; at < cells.length; at += width) rows.push(cells.slice(at, at + width));
  return rows;
}

function splitCells(line: string, separator: string): string[] {
  const parts = line.split(separator === '|' ? /(?<!\\)\|/ : separator);
  // A cell specifier (`2+^.>s`) stands right before its separator and belongs to the cell behind it.
  return parts.map((part, at) =>
    at < parts.length - 1 ? part.replace(/(^|\s)(?:\d+(?:\.\d+)?[+*])?[<>^.]*[adehlmsv]?$/, '$1') : part,
  );
}

function columnsOf(attributes: string): number {
  const spec = /cols\s*=\s*"([^"]+)"|cols\s*=\s*(\d+)/.exec(attributes);
  if (spec === null) return 0;
  const text = spec[1] ?? spec[2] ?? '';
  const repeat = /^(\d+)\*/.exec(text) ?? /^(\d+)$/.exec(text);
  return Math.min(64, repeat === null ? text.split(/[,;]/).length : Number(repeat[1]));
}
