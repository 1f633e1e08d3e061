import { inlineCodeLines } from './html-code.js';

/** Columns of a table, at most; what lies beyond is left out. */
export const MAX_TABLE_COLUMNS = 64;
const MAX_REPEATED_CHARACTERS = 120;

/** A cell of a table with how far it reaches. */
export interface TableCell {
  /** One line of Markdown. */
  readonly text: string;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Rows in which every cell stands in its own column, spans filled in: a cell that reaches down is repeated where it is short, so
 * that every row reads alone; columns to the right of one that reaches across are empty.
 */
export function fillSpans(rows: readonly (readonly TableCell[])[]): string[][] {
  const carried = new Map<number, { readonly text: string; rows: number }>();
  return rows.map((row) => {
    const line: string[] = [];
    const takeCarried = (): void => {
      for (let over = carried.get(line.length); over !== undefined; over = carried.get(line.length)) {
        if (--over.rows <= 0) carried.delete(line.length);
        line.push(over.text);
      }
    };
    for (const cell of row) {
      takeCarried();
      const across = Math.min(Math.max(1, cell.columns ?? 1), MAX_TABLE_COLUMNS - line.length);
      const repeated = cell.text.length <= MAX_REPEATED_CHARACTERS ? cell.text : '';
      for (let column = 0; column < across; column++) {
        const down = (cell.rows ?? 1) - 1;
        if (down > 0) carried.set(line.length, { text: column === 0 ? repeated : '', rows: down });
        line.push(column === 0 ? cell.text : '');
      }
    }
    takeCarried();
    return line;
  });
}

/** Lines of a pipe table. Markdown demands a header: without one of its own its first row is empty. Bars in cells are escaped. */
export function pipeTableLines(rows: readonly (readonly string[])[], hasHeader: boolean): string[] {
  const width = Math.min(
    MAX_TABLE_COLUMNS,
    rows.reduce((widest, row) => Math.max(widest, row.length), 0),
  );
  if (width === 0) return [];
  const columns = Array.from({ length: width }, (_, at) => at);
  const line = (cells: readonly string[]): string =>
    `| ${columns.map((at) => escapeBars(cells[at] ?? '')).join(' | ')} |`;
  const body = hasHeader ? rows.slice(1) : rows;
  return [line(hasHeader ? (rows[0] ?? []) : []), `| ${columns.map(() => '---').join(' | ')} |`, ...body.map(line)];
}

function escapeBars(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

/**
 * Blocks of Markdown on the one line of a cell, `<br>` between them: code line by line, the rows of an inner table with semicolons
 * between their cells.
 */
export function cellLine(blocks: readonly string[]): string {
  return blocks
    .flatMap((block) =>
      /^`{3,}/.test(block) ? inlineCodeLines(block) : block.startsWith('| ') ? rowLines(block) : block.split('\n'),
    )
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('<br>');
}

function rowLines(table: string): string[] {
  return table
    .split('\n')
    .filter((_line, at) => at !== 1)
    .map((line) =>
      line
        .replace(/^\| | \|$/g, '')
        .split(' | ')
        .map((cell) => cell.replaceAll('\\|', '|').trim())
        .filter((cell) => cell !== '' && cell !== '|')
        .join('; '),
    );
}
