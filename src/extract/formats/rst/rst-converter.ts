import { indentOf } from '../light-markup.js';
import type { Place, RstCursor } from './rst-cursor.js';
import { readDirective } from './rst-directives.js';
import { readDoctest, readLiteral, readLiteralBelow } from './rst-literals.js';
import { ADORNMENT, DIRECTIVE, FIELD, LIST_MARK, OPTION, SILENT_FIELD } from './rst-patterns.js';
import { readDrawnTable } from './rst-tables.js';

/** Writes the lines of a document as Markdown, line for line. */
export class RstConverter {
  private readonly styles: string[] = [];
  private noTableBefore = 0;

  constructor(private readonly cursor: RstCursor) {}

  convert(): string[] {
    const { cursor } = this;
    while (cursor.at < cursor.lines.length) {
      const line = cursor.peek(0);
      if (line.trim() === '') cursor.emit('');
      else this.readLine(line);
    }
    return cursor.out;
  }

  private readLine(line: string): void {
    const { cursor } = this;
    const indent = indentOf(line);
    cursor.leaveScopes(indent);
    const text = line.trim();
    const place = { indent, column: Math.max(0, indent - cursor.shift) };
    if (this.readHeading(text, indent) || this.readTable(indent)) return;
    if (text === '..' || text.startsWith('.. ')) this.readExplicit(text, place);
    else if (text === '__' || text.startsWith('__ ')) cursor.emit('');
    else this.readText(text, place);
  }

  private readHeading(text: string, indent: number): boolean {
    const { cursor } = this;
    const above = cursor.out.at(-1) ?? '';
    const isAfterText = (cursor.lines[cursor.at - 1] ?? '').trim() !== '' && above !== '' && !above.startsWith('#');
    const below = cursor.peek(1).trimEnd();
    if (ADORNMENT.test(text) && indent === 0) {
      const title = cursor.peek(1).trim();
      const isOverline =
        title !== '' && !ADORNMENT.test(title) && cursor.peek(2).trimEnd() === text && text.length >= 3;
      if (isOverline) cursor.emit('', this.headingLine(title, `over${text[0]}`), '');
      else if (below === '' && text.length >= 4) cursor.emit('---');
      else return false;
      return true;
    }
    const isUnderlined = indent === 0 && ADORNMENT.test(below) && (below.length >= text.length || below.length >= 4);
    if (!isUnderlined || isAfterText || below.length < 2 || LIST_MARK.test(text)) return false;
    cursor.emit(this.headingLine(text, below[0] ?? ''), '');
    return true;
  }

  /** Levels are given to adornments in the order in which they first appear. */
  private headingLine(title: string, style: string): string {
    const { cursor } = this;
    let level = this.styles.indexOf(style) + 1;
    if (level === 0) level = this.styles.push(style);
    cursor.level = Math.min(level, 6);
    cursor.isInList = false;
    return `${'#'.repeat(cursor.level)} ${cursor.inline.write(title)}`;
  }

  private readTable(indent: number): boolean {
    if (this.cursor.at < this.noTableBefore) return false;
    const text = this.cursor.peek(0).trim();
    if (!/^\+[-=+]+\+$|^=+[ \t=]+=$/.test(text)) return false;
    if (readDrawnTable(this.cursor, indent)) return true;
    this.noTableBefore = this.endOfRun();
    return false;
  }

  /** Line behind the unbroken run of text that the current line stands in. */
  private endOfRun(): number {
    let end = this.cursor.at;
    while (end < this.cursor.lines.length && (this.cursor.lines[end] ?? '').trim() !== '') end++;
    return end;
  }

  /** Directives, comments, targets and footnotes. */
  private readExplicit(text: string, place: Place): void {
    const { cursor } = this;
    const directive = DIRECTIVE.exec(text);
    const target = /^\.\.[ \t]+_([^:]+):[ \t]+(\S+)$/.exec(text);
    const note = /^\.\.[ \t]+(\[[^\]]+\])(?:[ \t]+(.*))?$/.exec(text);
    const pad = ' '.repeat(place.column);
    if (/^\.\.[ \t]+\|[^|]+\|/.test(text)) cursor.drop(place.indent);
    else if (directive !== null) readDirective(cursor, directive[1] ?? '', directive[2] ?? '', place);
    else if (target !== null) cursor.emit(`${pad}[${(target[1] ?? '').replaceAll('`', '')}]: ${target[2]}`);
    else if (/^\.\.[ \t]+_/.test(text)) cursor.emit('');
    else if (note !== null) {
      cursor.emit(`${pad}${note[1]} ${cursor.inline.write(note[2] ?? '')}`);
      cursor.openScope(place);
    } else if (text === '..' && cursor.peek(1).trim() === '') cursor.emit('');
    else cursor.drop(place.indent);
  }

  private readText(text: string, place: Place): void {
    const { cursor } = this;
    if (SILENT_FIELD.test(text)) {
      cursor.emit('');
      return;
    }
    if (text.startsWith('>>> ') && cursor.out.at(-1) === '') {
      readDoctest(cursor, place);
      return;
    }
    const isItem = LIST_MARK.test(text);
    if (isItem) cursor.isInList = true;
    else if (place.column === 0) cursor.isInList = false;
    if (this.readNamed(text, place)) return;
    if (text.endsWith('::') && this.bodyFollows(place.indent)) this.readLiteralIntroduction(text, place);
    else if (this.isTerm(text, place.indent, isItem)) {
      cursor.emit(`${' '.repeat(place.column)}**${cursor.inline.write(text).replaceAll('**', '')}**`);
      cursor.openScope(place);
    } else {
      // Four columns would make Markdown read a quotation as code.
      const column = cursor.isInList ? place.column : Math.min(place.column, 3);
      cursor.emit(' '.repeat(column) + cursor.inline.write(normalMark(text)));
    }
  }

  /** Fields, options of commands and lines of verse. */
  private readNamed(text: string, { column, indent }: Place): boolean {
    const { cursor } = this;
    const pad = ' '.repeat(column);
    const field = FIELD.exec(text);
    const option = field === null ? OPTION.exec(text) : null;
    const isOption = option !== null && (option[2] !== undefined || indentOf(cursor.peek(1)) > indent);
    const verse = /^\|(?:[ \t]+(.*))?$/.exec(text);
    if (field !== null) cursor.emit(`${pad}- **${field[1]}**: ${cursor.inline.write(field[2] ?? '')}`.trimEnd());
    else if (isOption) cursor.emit(`${pad}- **${option?.[1]}**: ${cursor.inline.write(option?.[2] ?? '')}`.trimEnd());
    else if (verse !== null) cursor.emit(pad + cursor.inline.write(verse[1] ?? ''));
    else return false;
    return true;
  }

  private bodyFollows(indent: number): boolean {
    const { cursor } = this;
    for (let ahead = 1; cursor.at + ahead < cursor.lines.length; ahead++) {
      const line = cursor.peek(ahead);
      if (line.trim() !== '') return ahead > 1 && indentOf(line) > indent;
    }
    return false;
  }

  private readLiteralIntroduction(text: string, place: Place): void {
    const { cursor } = this;
    const lead = text === '::' ? '' : text.replace(/[ \t]*::$/, /\s::$/.test(text) ? '' : ':');
    if (lead === '') {
      readLiteral(cursor, { language: '', skipped: 0, place });
      return;
    }
    const pad = ' '.repeat(cursor.isInList ? place.column : Math.min(place.column, 3));
    readLiteralBelow(cursor, pad + cursor.inline.write(normalMark(lead)), place);
  }

  private isTerm(text: string, indent: number, isItem: boolean): boolean {
    const { cursor } = this;
    const below = cursor.peek(1);
    const isAlone = (cursor.lines[cursor.at - 1] ?? '').trim() === '';
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

/** List marks that Markdown does not know become ones that it knows. */
function normalMark(text: string): string {
  return text
    .replace(/^#\.(?=[ \t])/, '1.')
    .replace(/^\u2022(?=[ \t])/, '-')
    .replace(/^\((\d+|#)\)(?=[ \t])/, '$1.');
}
