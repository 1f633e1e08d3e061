import { pipeTableLines } from '../pipe-table.js';
import { inlineMarkdown, type Run } from './styled-text.js';

/** Reads the text of cells. */
export interface CellReader {
  /** Text with its strings and registers filled in. */
  interpolate(text: string): string;
  /** Text with its escapes read. */
  runsOf(text: string): readonly Run[];
  /** Markdown blocks of lines of their own. */
  blocksOf(lines: readonly string[]): readonly string[];
}

interface Row {
  readonly cells: readonly string[];
  readonly format: readonly string[];
}

/** A table of the preprocessor tbl (`lines` stand between `.TS` and `.TE`) as a pipe table. */
export function tableMarkdown(lines: readonly string[], reader: CellReader): string {
  const { options, formats, body } = splitTable(lines);
  const tab = /\btab\s*\(\s*(.)\s*\)/i.exec(options)?.[1] ?? '\t';
  const rows: Row[] = [];
  const rules = new Set<number>();
  let layout = formats;
  let row = 0;
  for (let at = 0; at < body.length; at++) {
    const line = reader.interpolate(body[at] ?? '');
    if (/^\.[ \t]*T&/.test(line)) {
      const next = splitFormats(body, at + 1);
      layout = next.formats;
      row = 0;
      at = next.end - 1;
    } else if (/^[_=]\s*$/.test(line.trim())) rules.add(rows.length);
    else if (/^[.'](?![\d.])/.test(line)) {
      const request = /^[.'][ \t]*(\w+)/.exec(line)?.[1] ?? '';
      if (request === 'TH') rules.add(rows.length);
    } else {
      const { fields, end } = readFields(body, at, { tab, reader });
      at = end;
      rows.push({ cells: fields, format: layout[Math.min(row, layout.length - 1)] ?? [] });
      row++;
    }
  }
  return render(rows, rules, formats);
}

function splitTable(lines: readonly string[]): { options: string; formats: string[][]; body: string[] } {
  let start = 0;
  let options = '';
  if (/;\s*$/.test(lines[0] ?? '')) {
    options = lines[0] ?? '';
    start = 1;
  }
  const { formats, end } = splitFormats(lines, start);
  return { options, formats, body: lines.slice(end) };
}

/** Format lines up to the one that ends with a full stop, a row of keys each. */
function splitFormats(lines: readonly string[], start: number): { formats: string[][]; end: number } {
  const formats: string[][] = [];
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? '';
    for (const part of line.replace(/\.\s*$/, '').split(',')) formats.push(keysOf(part));
    if (/\.\s*$/.test(line)) return { formats: formats.filter((keys) => keys.length > 0), end: at + 1 };
  }
  return { formats: [], end: lines.length };
}

function keysOf(line: string): string[] {
  return (
    line.match(
      /[lrcnasLRCNAS^](?:\([^)]*\)|w\([^)]*\)|f\S|f\(..|[bBiIeEzZuUtTdDxX\d.|]|\s*[wmpvWMPV]\(?[\d.]+\w?\)?)*/g,
    ) ?? []
  ).map((key) => key.toLowerCase());
}

/** Cells of the row at line `at`, text blocks (`T{` to `T}`) read as text of their own. */
function readFields(
  body: readonly string[],
  at: number,
  { tab, reader }: { tab: string; reader: CellReader },
): { fields: string[]; end: number } {
  const fields: string[] = [];
  let pending = reader.interpolate(body[at] ?? '');
  let end = at;
  for (;;) {
    const parts = pending.split(tab);
    const isBlock = parts.at(-1)?.trim() === 'T{';
    for (const part of isBlock ? parts.slice(0, -1) : parts) fields.push(inlineMarkdown(reader.runsOf(part)));
    if (!isBlock) return { fields, end };
    const block: string[] = [];
    for (end++; end < body.length && !(body[end] ?? '').startsWith('T}'); end++) block.push(body[end] ?? '');
    fields.push(reader.blocksOf(block).join('\n').replace(/\n+/g, '<br>'));
    const rest = (body[end] ?? '').slice(2);
    if (!rest.startsWith(tab)) return { fields, end };
    pending = reader.interpolate(rest.slice(tab.length));
  }
}

function render(rows: readonly Row[], rules: ReadonlySet<number>, formats: readonly (readonly string[])[]): string {
  const grid: string[][] = [];
  for (const { cells, format } of rows) {
    const line = cells.map((cell, column) => {
      const key = format[column] ?? '';
      if (key.startsWith('^') || cell === '\\^' || cell === '^') return grid.at(-1)?.[column] ?? '';
      return /^[_=]$/.test(cell) ? '' : cell.replace(/\n/g, ' ');
    });
    grid.push(line);
  }
  if (grid.length === 0) return '';
  if (grid.every((line) => line.length <= 1)) return grid.map((line) => line.join('')).join('\n\n');
  const isBold = (keys: readonly string[] | undefined): boolean => keys?.some((key) => /b|f3/.test(key)) === true;
  const isMarked = grid[0]?.every((cell) => cell === '' || /^\*\*.*\*\*$|^`.*`$/.test(cell)) === true;
  const hasOwnFormat = formats.length > 1 && isBold(formats[0]) && !isBold(formats[1]);
  const hasHeader =
    grid.length > 1 && (rules.has(1) || hasOwnFormat || (isMarked && !grid[1]?.every((cell) => /^[*`]/.test(cell))));
  return pipeTableLines(grid, hasHeader).join('\n');
}
