/** Writes the lines of a cell as one line of Markdown. */
export type CellWriter = (lines: readonly string[]) => string;

/** A table as rows of cells, and how many of its rows are a header. */
export interface RstTable<Cell> {
  readonly rows: readonly (readonly Cell[])[];
  readonly headerRows: number;
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** A line in which every character takes one column: behind one that takes two stands a filler. */
export function widened(line: string): string {
  return line.replace(WIDE, '$&\u0000');
}

/** Lines without the fillers, moved left together. */
export function dedented(lines: readonly string[]): string[] {
  const plain = lines.map((line) => line.replaceAll('\u0000', '').trimEnd());
  let columns = Number.POSITIVE_INFINITY;
  for (const line of plain) if (line !== '') columns = Math.min(columns, line.length - line.trimStart().length);
  return plain.map((line) => (Number.isFinite(columns) ? line.slice(columns) : line));
}
