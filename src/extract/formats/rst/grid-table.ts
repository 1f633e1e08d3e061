import type { TableCell } from '../pipe-table.js';
import { type CellWriter, dedented, type RstTable, widened } from './table-text.js';

/** Characters looked at before a drawing is given up: real tables need a few for each of theirs. */
const MAX_STEPS = 3_000_000;

interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A grid table that `lines` draw (`+---+`), with cells that reach over rows and columns; undefined when it is not one. */
export function gridTable(lines: readonly string[], write: CellWriter): RstTable<TableCell> | undefined {
  const grid = lines.map((line) => widened(line.trimEnd()));
  const width = grid[0]?.length ?? 0;
  if (width < 3 || grid.length < 3 || grid.some((line) => line.length !== width)) return undefined;
  const header = grid.findIndex((line) => /^\+(?:=+\+)+$/.test(line));
  const drawn = header === -1 ? grid : grid.map((line, at) => (at === header ? line.replaceAll('=', '-') : line));
  const boxes = new BoxFinder(drawn).find();
  return boxes === undefined ? undefined : tableOf(boxes, { drawn, header, write });
}

/** Finds the boxes of a drawing from its top left corner on: each box's corners are where others may begin. */
class BoxFinder {
  private steps = 0;

  constructor(private readonly grid: readonly string[]) {}

  find(): Box[] | undefined {
    const bottom = this.grid.length - 1;
    const right = (this.grid[0]?.length ?? 1) - 1;
    const filled = new Array<number>(right + 1).fill(-1);
    const corners: [number, number][] = [[0, 0]];
    const seen = new Set<number>();
    const boxes: Box[] = [];
    for (let next = 0; next < corners.length; next++) {
      const [top, left] = corners[next] ?? [0, 0];
      const key = top * (right + 1) + left;
      if (top === bottom || left === right || seen.has(key)) continue;
      seen.add(key);
      const box = this.boxAt(top, left);
      if (this.steps > MAX_STEPS) return undefined;
      if (box === undefined) continue;
      boxes.push(box);
      for (let at = box.left; at < box.right; at++) filled[at] = Math.max(filled[at] ?? -1, box.bottom - 1);
      corners.push([box.top, box.right], [box.bottom, box.left]);
    }
    return boxes.length > 0 && filled.slice(0, right).every((row) => row === bottom - 1) ? boxes : undefined;
  }

  private boxAt(top: number, left: number): Box | undefined {
    const row = this.grid[top] ?? '';
    if (row[left] !== '+') return undefined;
    for (let right = left + 1; right < row.length; right++) {
      this.steps++;
      if (row[right] === '+') {
        const bottom = this.bottomOf(top, left, right);
        if (bottom !== undefined) return { top, left, bottom, right };
      } else if (row[right] !== '-') return undefined;
    }
    return undefined;
  }

  /** Row of the lower border of a box whose upper one is known. */
  private bottomOf(top: number, left: number, right: number): number | undefined {
    for (let row = top + 1; row < this.grid.length && this.steps <= MAX_STEPS; row++) {
      this.steps++;
      const char = this.grid[row]?.[right];
      if (char === '+') {
        if (this.isBorder(row, left, right) && this.isSide(left, top, row)) return row;
      } else if (char !== '|') return undefined;
    }
    return undefined;
  }

  private isBorder(row: number, left: number, right: number): boolean {
    const line = this.grid[row] ?? '';
    this.steps += right - left;
    return line[left] === '+' && /^[-+]*$/.test(line.slice(left, right + 1));
  }

  private isSide(column: number, top: number, bottom: number): boolean {
    for (let row = top + 1; row < bottom; row++) {
      this.steps++;
      const char = this.grid[row]?.[column];
      if (char !== '|' && char !== '+') return false;
    }
    return true;
  }
}

function tableOf(
  boxes: readonly Box[],
  { drawn, header, write }: { drawn: readonly string[]; header: number; write: CellWriter },
): RstTable<TableCell> {
  const tops = indexOf([...boxes.map((box) => box.top), ...boxes.map((box) => box.bottom)]);
  const lefts = indexOf([...boxes.map((box) => box.left), ...boxes.map((box) => box.right)]);
  const rows: TableCell[][] = Array.from({ length: Math.max(0, tops.size - 1) }, () => []);
  const ordered = [...boxes].sort((a, b) => a.top - b.top || a.left - b.left);
  for (const box of ordered) {
    const lines = drawn.slice(box.top + 1, box.bottom).map((line) => line.slice(box.left + 1, box.right));
    rows[tops.get(box.top) ?? 0]?.push({
      text: write(dedented(lines)),
      rows: (tops.get(box.bottom) ?? 0) - (tops.get(box.top) ?? 0),
      columns: (lefts.get(box.right) ?? 0) - (lefts.get(box.left) ?? 0),
    });
  }
  return { rows, headerRows: header <= 0 ? 0 : (tops.get(header) ?? 1) };
}

/** Positions in order, each with its number. */
function indexOf(positions: readonly number[]): ReadonlyMap<number, number> {
  const sorted = [...new Set(positions)].sort((a, b) => a - b);
  return new Map(sorted.map((position, at) => [position, at]));
}
