/** Translates between offsets (UTF-16 code units, from 0) and lines (from 1) of one text. */
export interface LineIndex {
  /** Number of lines; 1 for an empty text, and a final `\n` opens one more (empty) line. */
  readonly lineCount: number;
  /** The line that holds the code unit at `offset`; offsets outside the text are moved to its nearest end. */
  lineAt(offset: number): number;
  /** Offset of the first code unit of a line; lines outside the text are moved to its nearest end. */
  startOf(line: number): number;
  /** Offset just behind a line's last code unit, its `\n` not included. */
  endOf(line: number): number;
}

/** Reads the line starts of a text once; lookups then take logarithmic time. Lines end at `\n` only. */
export function createLineIndex(text: string): LineIndex {
  const starts = lineStarts(text);
  const startOf = (line: number): number => starts[clamp(line, 1, starts.length) - 1] ?? 0;
  return {
    lineCount: starts.length,
    lineAt: (offset) => countAtOrBelow(starts, clamp(offset, 0, text.length)),
    startOf,
    endOf: (line) => (line >= starts.length ? text.length : startOf(line + 1) - 1),
  };
}

function lineStarts(text: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1;
  return starts;
}

function countAtOrBelow(sorted: Uint32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(Math.trunc(value) || 0, low), high);
}
