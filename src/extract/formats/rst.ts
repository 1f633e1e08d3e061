import { canonicalLanguage } from './languages.js';
import { fenceFor, indentOf, replaceInline, shiftLeft } from './light-markup.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';
import { gridTable, simpleTable } from './rst-tables.js';

/** Reads reStructuredText as Markdown with the same number of lines: line n of the text is line n of the file. */
export function parseRst(source: string): ParsedBody {
  const text = new RstConverter(source.split('\n')).convert().join('\n');
  return { text, format: 'markdown', title: firstHeading(text) };
}

const ADORNMENT = /^([!-/:-@[-`{-~])\1+[ \t]*$/;
const DIRECTIVE = /^\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?([A-Za-z][\w.+-]*(?::[A-Za-z][\w.+-]*)*)::(?:[ \t]+(.*))?$/;
const LIST_MARK = /^(?:[-*+\u2022]|(?:\d+|[a-zA-Z]|#)[.)]|\((?:\d+|[a-zA-Z]|#)\))[ \t]+\S/;
/** Fields that steer Sphinx and say nothing to readers. */
const SILENT_FIELD = /^:(?:tocdepth|orphan|nosearch|nocomments|hidetoc):/;
const FIELD = /^:([\w][^:`]{0,80}):(?:[ \t]+(.*))?$/;
const CODE_DIRECTIVES = new Set([
  'code-block',
  'code',
  'sourcecode',
  'parsed-literal',
  'math',
  'prompt',
  'ipython',
  'doctest',
  'testcode',
  'highlight-block',
  'testsetup',
  'testoutput',
  'testcleanup',
  'console',
  'jupyter-execute',
]);
const SILENT_DIRECTIVES = new Set(
  'contents highlight currentmodule module py:module py:currentmodule index meta default-role default-domain role only tabs tab-set grid container class cssclass sectnum toctree autosummary figure-md highlights rst-class tabularcolumns'.split(
    ' ',
  ),
);
const DROPPED_DIRECTIVES = new Set(['raw', 'comment', 'meta', 'index']);
const SYMBOL_DIRECTIVE =
  /^(?:(?:py|c|cpp|js|rst|std|http|rb|php|go|dart):)?(?:function|class|method|classmethod|staticmethod|attribute|data|exception|decorator|property|type|macro|struct|enum|member|var|option|envvar|cmdoption|program|directive|role|describe|object|get|post|put|delete|patch|head|autofunction|autoclass|automethod|automodule)$/;
const CODE_ROLE =
  /:(?:[\w+-]+:)?(?:func|class|meth|mod|attr|data|obj|exc|const|type|member|macro|file|program|command|option|envvar|code|literal|kbd|samp|keyword|regexp|mimetype|makevar|opcode|token|dfn|c|js|py):`[~!.]?([^`<]+?)(?:[ \t]*<[^`>]*>)?`/g;

const INLINE: readonly (readonly [RegExp, string])[] = [
  [/``([^`]+(?:`[^`]+)*)``/g, '`$1`'],
  [CODE_ROLE, '`$1`'],
  [/:(?:[\w+-]+:){1,2}`([^`<]+?)[ \t]*<[^`>]*>`/g, '$1'],
  [/:math:`([^`]+)`/g, '$$$1$$'],
  [/:(?:[\w+-]+:){0,1}[\w+-]+:`~?([^`]+)`/g, '$1'],
  [/`([^`<]+?)[ \t]*<([^`>\s]+)>`__?/g, '[$1]($2)'],
  [/`([^`]+)`__?(?![\w`])/g, '$1'],
  [/\b([A-Za-z][\w-]*)_(?=[\s.,;:!?)]|$)(?<!__)/g, '$1'],
  [/(?<!\\)\|(\w(?:[\w -]*\w)?)\|_?/g, '$1'],
  [/\[(#[\w-]*|\d+|\*)\]_/g, '[$1]'],
];

/** A directive's body: its lines are moved left by `shift`, and it ends at a line that starts at `indent` or before. */
interface Scope {
  readonly indent: number;
  readonly shift: number;
}

class RstConverter {
  private readonly out: string[] = [];
  private readonly styles: string[] = [];
  private readonly scopes: Scope[] = [];
  private level = 0;
  private isInList = false;
  private noTableBefore = 0;
  private at = 0;

  constructor(private readonly lines: readonly string[]) {}

  convert(): string[] {
    while (this.at < this.lines.length) {
      const line = this.lines[this.at] ?? '';
      if (line.trim() === '') this.emit('');
      else this.readLine(line);
    }
    return this.out;
  }

  private emit(...lines: string[]): void {
    this.emitAll(lines);
  }

  private emitAll(lines: readonly string[]): void {
    for (const line of lines) this.out.push(line);
    this.at += lines.length;
  }

  private peek(distance: number): string {
    return this.lines[this.at + distance] ?? '';
  }

  private get shift(): number {
    return this.scopes.at(-1)?.shift ?? 0;
  }

  private readLine(line: string): void {
    const indent = indentOf(line);
    while (this.scopes.length > 0 && indent <= (this.scopes.at(-1)?.indent ?? -1)) this.scopes.pop();
    const text = line.trim();
    const column = Math.max(0, indent - this.shift);
    if (this.readHeading(text, indent) || this.readTable(text, indent)) return;
    if (text === '..' || text.startsWith('.. ')) this.readExplicit(text, indent, column);
    else if (text === '__' || text.startsWith('__ ')) this.emit('');
    else this.readText(text, indent, column);
  }

  private readHeading(text: string, indent: number): boolean {
    const above = this.out.at(-1) ?? '';
    const isAfterText = (this.lines[this.at - 1] ?? '').trim() !== '' && above !== '' && !above.startsWith('#');
    const below = this.peek(1).trimEnd();
    if (ADORNMENT.test(text) && indent === 0) {
      const title = this.peek(1).trim();
      const isOverline = title !== '' && !ADORNMENT.test(title) && this.peek(2).trimEnd() === text && text.length >= 3;
      if (isOverline) this.emit('', this.headingLine(title, `over${text[0]}`), '');
      else if (below === '' && text.length >= 4) this.emit('---');
      else return false;
      return true;
    }
    const isUnderlined = indent === 0 && ADORNMENT.test(below) && (below.length >= text.length || below.length >= 4);
    if (!isUnderlined || isAfterText || below.length < 2 || LIST_MARK.test(text)) return false;
    this.emit(this.headingLine(text, below[0] ?? ''), '');
    return true;
  }

  /** Levels are given to adornments in the order in which they first appear. */
  private headingLine(title: string, style: string): string {
    let level = this.styles.indexOf(style) + 1;
    if (level === 0) level = this.styles.push(style);
    this.level = Math.min(level, 6);
    this.isInList = false;
    return `${'#'.repeat(this.level)} ${replaceInline(title, INLINE)}`;
  }

  private readTable(text: string, indent: number): boolean {
    if (this.at < this.noTableBefore) return false;
    const isGrid = /^\+(?:[-=]+\+)+$/.test(text);
    if (!isGrid && !/^=+(?:[ \t]+=+)+$/.test(text)) return false;
    const table = isGrid ? gridTable(this.lines, this.at) : simpleTable(this.lines, this.at);
    if (table === undefined) {
      this.noTableBefore = this.endOfRun();
      return false;
    }
    const pad = ' '.repeat(Math.min(3, Math.max(0, indent - this.shift)));
    this.emitAll(table.map((line) => (line === '' ? '' : pad + replaceInline(line, INLINE))));
    return true;
  }

  /** Line behind the unbroken run of text that the current line stands in. */
  private endOfRun(): number {
    let end = this.at;
    while (end < this.lines.length && (this.lines[end] ?? '').trim() !== '') end++;
    return end;
  }

  /** Directives, comments, targets and footnotes. */
  private readExplicit(text: string, indent: number, column: number): void {
    const directive = DIRECTIVE.exec(text);
    const target = /^\.\.[ \t]+_([^:]+):[ \t]+(\S+)$/.exec(text);
    const note = /^\.\.[ \t]+(\[[^\]]+\])[ \t]+(.*)$/.exec(text);
    const pad = ' '.repeat(column);
    if (directive !== null) this.readDirective(directive[1] ?? '', directive[2] ?? '', { indent, column });
    else if (target !== null) this.emit(`${pad}[${(target[1] ?? '').replaceAll('`', '')}]: ${target[2]}`);
    else if (/^\.\.[ \t]+_/.test(text)) this.emit('');
    else if (note === null) this.dropBody(indent);
    else {
      this.emit(`${pad}${note[1]} ${replaceInline(note[2] ?? '', INLINE)}`);
      this.openScope(indent, column);
    }
  }

  private readDirective(name: string, argument: string, place: { indent: number; column: number }): void {
    const lower = name.toLowerCase();
    if (CODE_DIRECTIVES.has(lower)) this.readCode(lower, argument, place);
    else if (DROPPED_DIRECTIVES.has(lower)) this.dropBody(place.indent);
    else this.readContainer(lower, argument, place);
  }

  /** A directive whose body is ordinary text: its label takes its line, the body moves left under it. */
  private readContainer(lower: string, argument: string, place: { indent: number; column: number }): void {
    const options = this.readOptions(place.indent);
    const label = this.directiveLabel(lower, argument.trim(), options, place.column);
    this.emit(label === '' ? '' : ' '.repeat(place.column) + label);
    for (let count = 0; count < options.count; count++) this.emit('');
    this.openScope(place.indent, place.column);
  }

  private directiveLabel(name: string, argument: string, options: Options, column: number): string {
    const text = replaceInline(argument, INLINE);
    if (SILENT_DIRECTIVES.has(name)) return '';
    if (name === 'image' || name === 'figure') return argument === '' ? '' : `![${options.alt}](${argument})`;
    if (name === 'rubric' || name === 'topic' || name === 'sidebar' || name === 'admonition')
      return text && `**${text}**`;
    if (SYMBOL_DIRECTIVE.test(name) && argument !== '') {
      const isTop = column === 0 && !this.isInList;
      return isTop
        ? `${'#'.repeat(Math.min(6, this.level + 1 + this.scopes.length))} \`${argument}\``
        : `**\`${argument}\`**`;
    }
    const words = name.replace(/^.*:/, '').replace(/[-_]/g, ' ');
    const title = `**${words.charAt(0).toUpperCase()}${words.slice(1)}:**`;
    return text === '' ? title : `${title} ${text}`;
  }

  /** Option lines (`:name: value`) right under a directive. */
  private readOptions(indent: number): Options {
    let count = 0;
    let alt = '';
    for (; ; count++) {
      const line = this.peek(count + 1);
      const field = FIELD.exec(line.trim());
      if (field === null || indentOf(line) <= indent) break;
      if (field[1] === 'alt') alt = (field[2] ?? '').replace(/[[\]]/g, '');
    }
    return { count, alt };
  }

  private openScope(indent: number, column: number): void {
    const body = this.bodyIndent(indent);
    if (body !== undefined) this.scopes.push({ indent, shift: body - column });
  }

  /** Indentation of the lines that belong to the line before, or undefined when none do. */
  private bodyIndent(indent: number): number | undefined {
    for (let ahead = this.at; ahead < this.lines.length; ahead++) {
      const line = this.lines[ahead] ?? '';
      if (line.trim() !== '') return indentOf(line) > indent ? indentOf(line) : undefined;
    }
    return undefined;
  }

  private readCode(name: string, argument: string, place: { indent: number; column: number }): void {
    const options = this.readOptions(place.indent);
    const language = languageOfDirective(name, argument.trim());
    this.readLiteral(/^[\w+#.-]{1,24}$/.test(language) ? canonicalLanguage(language) : '', options.count, place);
  }

  /** A literal block: its first line gives way to the opening fence, the empty line behind it to the closing one. */
  private readLiteral(language: string, skipped: number, place: { indent: number; column: number }): void {
    const start = this.at + 1 + skipped;
    const { first, end, body } = this.literalBody(start, place.indent);
    if (first === end) {
      this.emitAll(Array.from({ length: 1 + skipped }, () => ''));
      return;
    }
    const pad = ' '.repeat(place.column);
    const marks = fenceFor(this.lines, start, end);
    while (this.at < first - 1) this.emit('');
    this.emit(`${pad}${marks}${language}`);
    while (this.at < end) {
      const line = this.lines[this.at] ?? '';
      this.emit(line.trim() === '' ? '' : pad + shiftLeft(line, body));
    }
    // Without an empty line behind the block the closing fence has to share the block's last line.
    if (this.at < this.lines.length && this.peek(0).trim() === '') this.emit(pad + marks);
    else this.out.push(`${this.out.pop() ?? ''}\n${pad}${marks}`);
  }

  /** Lines `[first, end)` of the literal block from `start` on, and the smallest indentation among them. */
  private literalBody(start: number, indent: number): { first: number; end: number; body: number } {
    let first = start;
    let end = start;
    let body = Number.POSITIVE_INFINITY;
    for (let at = start; at < this.lines.length; at++) {
      const line = this.lines[at] ?? '';
      if (line.trim() === '') continue;
      if (indentOf(line) <= indent) break;
      if (end === start) first = at;
      body = Math.min(body, indentOf(line));
      end = at + 1;
    }
    return { first, end, body };
  }

  private dropBody(indent: number): void {
    this.emit('');
    while (this.at < this.lines.length) {
      const line = this.peek(0);
      if (line.trim() !== '' && indentOf(line) <= indent) return;
      this.emit('');
    }
  }

  private readText(text: string, indent: number, column: number): void {
    if (SILENT_FIELD.test(text)) {
      this.emit('');
      return;
    }
    if (text.startsWith('>>> ') && this.out.at(-1) === '') {
      this.readDoctest(indent, column);
      return;
    }
    const isItem = LIST_MARK.test(text);
    if (isItem) this.isInList = true;
    else if (column === 0) this.isInList = false;
    const field = FIELD.exec(text);
    if (field !== null) {
      this.emit(`${' '.repeat(column)}- **${field[1]}**: ${replaceInline(field[2] ?? '', INLINE)}`.trimEnd());
    } else if (text.endsWith('::') && this.bodyFollows(indent)) this.readLiteralIntroduction(text, indent, column);
    else if (this.isTerm(text, indent, isItem)) {
      this.emit(`${' '.repeat(column)}**${replaceInline(text, INLINE)}**`);
      this.openScope(indent, column);
    } else {
      // Four columns would make Markdown read a quotation as code.
      const place = this.isInList ? column : Math.min(column, 3);
      this.emit(' '.repeat(place) + replaceInline(normalMark(text), INLINE));
    }
  }

  /** An interpreter session: the empty lines around it give way to the fences. */
  private readDoctest(indent: number, column: number): void {
    const pad = ' '.repeat(this.isInList ? column : Math.min(column, 3));
    this.out.pop();
    this.out.push(`${pad}\`\`\`python`);
    while (this.at < this.lines.length && this.peek(0).trim() !== '') this.emit(pad + shiftLeft(this.peek(0), indent));
    if (this.at < this.lines.length) this.emit(`${pad}\`\`\``);
    else this.out.push(`${this.out.pop() ?? ''}\n${pad}\`\`\``);
  }

  private bodyFollows(indent: number): boolean {
    for (let ahead = 1; this.at + ahead < this.lines.length; ahead++) {
      const line = this.peek(ahead);
      if (line.trim() !== '') return ahead > 1 && indentOf(line) > indent;
    }
    return false;
  }

  private readLiteralIntroduction(text: string, indent: number, column: number): void {
    const lead = text === '::' ? '' : text.replace(/[ \t]*::$/, /\s::$/.test(text) ? '' : ':');
    if (lead !== '') {
      const pad = ' '.repeat(this.isInList ? column : Math.min(column, 3));
      this.emit(pad + replaceInline(normalMark(lead), INLINE));
      this.at--;
      this.readLiteralAfter({ indent, column });
    } else this.readLiteral('', 0, { indent, column });
  }

  /** A literal block whose introduction has been written on its own line. */
  private readLiteralAfter(place: { indent: number; column: number }): void {
    const introduction = this.out.pop() ?? '';
    const before = this.out.length;
    this.readLiteral('', 0, place);
    if (this.out[before] === '') this.out[before] = introduction;
    else this.out[before] = `${introduction}\n${this.out[before]}`;
  }

  private isTerm(text: string, indent: number, isItem: boolean): boolean {
    const below = this.peek(1);
    const isAlone = (this.lines[this.at - 1] ?? '').trim() === '';
    return (
      isAlone &&
      !isItem &&
      below.trim() !== '' &&
      indentOf(below) > indent &&
      !/[.!?,]$/.test(text) &&
      text.length < 120
    );
  }
}

interface Options {
  readonly count: number;
  readonly alt: string;
}

function languageOfDirective(name: string, argument: string): string {
  if (name === 'math') return 'math';
  return /^(?:doctest|test|jupyter)/.test(name) ? 'python' : argument;
}

/** List marks that Markdown does not know become ones that it knows. */
function normalMark(text: string): string {
  return text
    .replace(/^#\.(?=[ \t])/, '1.')
    .replace(/^\u2022(?=[ \t])/, '-')
    .replace(/^\((\d+|#)\)(?=[ \t])/, '$1.');
}
