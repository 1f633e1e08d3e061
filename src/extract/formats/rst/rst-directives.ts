import { canonicalLanguage } from '../languages.js';
import { indentOf, shiftLeft } from '../light-markup.js';
import type { Directive, Place, RstCursor } from './rst-cursor.js';
import { readLiteral } from './rst-literals.js';
import { FIELD } from './rst-patterns.js';
import { readCsvTable, readListTable } from './rst-tables.js';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const CODE = words(
  'code-block code sourcecode parsed-literal math prompt ipython doctest testcode highlight-block testsetup testoutput testcleanup console jupyter-execute productionlist',
);
/** Code whose directive takes no argument, so that words on its line are its first line. */
const CODE_WITHOUT_ARGUMENT = words('parsed-literal math console');
/** Their line says how to build a page, and nothing to readers; what stands below is text. */
const SILENT = words(
  'contents highlight currentmodule module py:module py:currentmodule default-role default-domain role only tabs tab-set grid container class cssclass sectnum figure-md rst-class tabularcolumns table compound epigraph pull-quote highlights line-block',
);
/** Their line is the beginning of their text. */
const TEXT_ON_LINE = words('compound epigraph pull-quote highlights line-block');
const DROPPED = words('comment meta index');
const INCLUDES = words('include literalinclude');
const LISTS_OF_PAGES = words('toctree autosummary');
const TITLES = words('rubric topic sidebar admonition table centered');
const SYMBOL =
  /^(?:(?:py|c|cpp|js|rst|std|http|rb|php|go|dart):)?(?:function|class|method|classmethod|staticmethod|attribute|data|exception|decorator|property|type|macro|struct|enum|member|var|option|envvar|cmdoption|program|directive|role|describe|object|get|post|put|delete|patch|head|autofunction|autoclass|automethod|automodule)$/;

/** Reads a directive's line and what belongs to it. */
export function readDirective(cursor: RstCursor, name: string, argument: string, place: Place): void {
  const { options, count } = readOptions(cursor, place.indent);
  const directive: Directive = { name: name.toLowerCase(), argument: argument.trim(), options, skipped: count, place };
  if (directive.name === 'csv-table') readCsvTable(cursor, directive);
  else if (directive.name === 'list-table') readListTable(cursor, directive);
  else if (CODE.has(directive.name)) readCode(cursor, directive);
  else if (directive.name === 'raw') {
    cursor.losses.add('other');
    cursor.drop(place.indent);
  } else if (DROPPED.has(directive.name)) cursor.drop(place.indent);
  else if (LISTS_OF_PAGES.has(directive.name)) readPages(cursor, directive);
  else readContainer(cursor, directive);
}

/** Option lines (`:name: value`) right under a directive; a value may go on in deeper lines. */
function readOptions(cursor: RstCursor, indent: number): { options: ReadonlyMap<string, string>; count: number } {
  const options = new Map<string, string>();
  let count = 0;
  let last = '';
  let column = 0;
  for (; ; count++) {
    const line = cursor.peek(count + 1);
    const field = FIELD.exec(line.trim());
    const isMore = last !== '' && line.trim() !== '' && indentOf(line) > column;
    if (isMore) options.set(last, `${options.get(last) ?? ''}\n${line.trim()}`);
    else if (field !== null && indentOf(line) > indent) {
      last = field[1]?.toLowerCase() ?? '';
      column = indentOf(line);
      options.set(last, field[2] ?? '');
    } else return { options, count };
  }
}

/** A directive whose body is ordinary text: its label takes its line, the body moves left under it. */
function readContainer(cursor: RstCursor, directive: Directive): void {
  const label = labelOf(cursor, directive);
  const { place } = directive;
  cursor.emit(label === '' ? '' : ' '.repeat(place.column) + label);
  for (let count = 0; count < directive.skipped; count++) cursor.emit('');
  cursor.openScope(place);
}

function labelOf(cursor: RstCursor, { name, argument, options, place }: Directive): string {
  const text = cursor.inline.write(argument);
  if (TEXT_ON_LINE.has(name)) return text;
  if (TITLES.has(name)) return text && `**${text.replaceAll('**', '')}**`;
  if (SILENT.has(name)) return '';
  if (name === 'image' || name === 'figure') return imageOf(cursor, argument, options.get('alt') ?? '');
  if (INCLUDES.has(name)) cursor.losses.add('other');
  if (/^(?:graphviz|digraph|graph|uml|mermaid|plot|inheritance-diagram)$/.test(name)) cursor.losses.add('drawing');
  if (SYMBOL.test(name) && argument !== '') {
    const isTop = place.column === 0 && !cursor.isInList;
    const level = Math.min(6, cursor.level + 1 + cursor.scopes.length);
    return isTop ? `${'#'.repeat(level)} \`${argument}\`` : `**\`${argument}\`**`;
  }
  const plain = name.replace(/^.*:/, '').replace(/[-_]/g, ' ');
  const title = `**${plain.charAt(0).toUpperCase()}${plain.slice(1)}:**`;
  return text === '' ? title : `${title} ${text}`;
}

function imageOf(cursor: RstCursor, target: string, alt: string): string {
  if (alt.trim() === '') {
    cursor.losses.add('image');
    return '';
  }
  return target === ''
    ? alt
    : `![${alt.replace(/\s+/g, ' ').replace(/[[\]]/g, '').trim()}](${target.replace(/\s/g, '')})`;
}

function readCode(cursor: RstCursor, { name, argument, skipped, place }: Directive): void {
  const isText = CODE_WITHOUT_ARGUMENT.has(name) && argument !== '';
  if (isText) {
    readCodeOnLine(cursor, { name, argument, skipped, place });
    return;
  }
  const language = languageOf(name, argument);
  readLiteral(cursor, {
    language: /^[\w+#.-]{1,24}$/.test(language) ? canonicalLanguage(language) : '',
    skipped,
    place,
  });
}

/** A formula or literal that begins on the directive's line. */
function readCodeOnLine(
  cursor: RstCursor,
  { name, argument, skipped, place }: Pick<Directive, 'name' | 'argument' | 'skipped' | 'place'>,
): void {
  const pad = ' '.repeat(place.column);
  const { first, end, body } = cursor.body(cursor.at + 1 + skipped, place.indent);
  const below = cursor.lines.slice(first, end).map((line) => shiftLeft(line, body).trimEnd());
  const height = end - cursor.at;
  if (name === 'math') {
    const formula = [argument, ...below].map((line) => line.trim()).filter((line) => line !== '');
    cursor.replace([`${pad}$$${formula.join(' ')}$$`], Math.max(1, height));
    return;
  }
  cursor.replace(
    [`${pad}\`\`\``, ...[argument, ...below].map((line) => pad + line), `${pad}\`\`\``],
    Math.max(1, height),
  );
}

function languageOf(name: string, argument: string): string {
  if (name === 'math') return 'math';
  if (name === 'productionlist') return '';
  return /^(?:doctest|test|jupyter)/.test(name) ? 'python' : argument;
}

/** The pages that a `toctree` names, as a list. */
function readPages(cursor: RstCursor, { skipped, place, options }: Directive): void {
  const pad = ' '.repeat(place.column);
  const { end } = cursor.body(cursor.at + 1 + skipped, place.indent);
  const caption = options.get('caption') ?? '';
  cursor.emit(caption === '' ? '' : `${pad}**${caption}**`);
  for (let count = 0; count < skipped; count++) cursor.emit('');
  while (cursor.at < end) {
    const entry = cursor.peek(0).trim();
    const titled = /^(.+?)[ \t]*<([^<>]+)>$/.exec(entry);
    cursor.emit(
      entry === '' ? '' : `${pad}- ${titled === null ? entry.replace(/^[~!]/, '') : `[${titled[1]}](${titled[2]})`}`,
    );
  }
}
