import { paddedTable } from './light-markup.js';

/** A grid table that starts at line `at`, as a pipe table of the same height; undefined when it is not one. */
export function gridTable(lines: readonly string[], at: number): string[] | undefined {
  let end = at;
  while (end < lines.length && /^[+|]/.test((lines[end] ?? '').trim())) end++;
  const border = (lines[at] ?? '').trim();
  const cuts = [...border.matchAll(/\+/g)].map((match) => match.index);
  const rows: string[][] = [];
  let row: string[] | undefined;
  let hasHeader = false;
  for (let index = at; index < end; index++) {
    const line = (lines[index] ?? '').trim();
    if (/^\+[-=+]+\+$/.test(line)) {
      if (row !== undefined) rows.push(row);
      row = undefined;
      if (line.includes('=')) hasHeader = rows.length === 1;
    } else {
      const cells = cutCells(line, cuts);
      row = row === undefined ? cells : row.map((cell, column) => joinCell(cell, cells[column] ?? ''));
    }
  }
  return row === undefined && rows.length > 0 ? paddedTable(rows, hasHeader, end - at) : undefined;
}

function cutCells(line: string, cuts: readonly number[]): string[] {
  return cuts.slice(0, -1).map((cut, column) => {
    const cell = line.slice(cut + 1, cuts[column + 1]);
    return cell.replace(/[|+]/g, ' ').replace(/\s+/g, ' ').trim();
  });
}

function joinCell(above: string, below: string): string {
  return below === '' ? above : above === '' ? below : `${above} ${below}`;
}

/** A simple table (`==== ====`) that starts at line `at`, as a pipe table of the same height; undefined if unclosed. */
export function simpleTable(lines: readonly string[], at: number): string[] | undefined {
  const border = (lines[at] ?? '').trimEnd();
  const columns = [...border.matchAll(/=+/g)].map((match) => match.index);
  const borders = bordersOf(lines, at);
  const last = borders.at(-1);
  if (last === undefined) return undefined;
  const hasHeader = borders.length > 1;
  const rows: string[][] = [];
  for (let index = at + 1; index < last; index++) {
    const line = lines[index] ?? '';
    if (/^[\s=-]*$/.test(line)) continue;
    const cells = columns.map((start, column) => line.slice(start, columns[column + 1]).trim());
    const above = rows.at(-1);
    // A row without text in its first column continues the one above it.
    if (cells[0] === '' && above !== undefined)
      cells.forEach((cell, column) => {
        above[column] = joinCell(above[column] ?? '', cell);
      });
    else rows.push(cells);
  }
  return rows.length === 0 ? undefined : paddedTable(rows, hasHeader, last - at + 1);
}

/** Lines of the borders behind the first: one for a table without a header, two with one. */
function bordersOf(lines: readonly string[], at: number): number[] {
  const found: number[] = [];
  for (let index = at + 1; index < lines.length && found.length < 2; index++) {
    const line = lines[index] ?? '';
    if (/^\s*=+(?:[ \t]+=+)+\s*$/.test(line)) {
      found.push(index);
      const below = (lines[index + 1] ?? '').trim();
      if (below === '') break;
    }
  }
  return found;
}
