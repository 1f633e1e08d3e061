import type { AbstractBlock } from '@asciidoctor/core';
import { cellLine, fillSpans, pipeTableLines, type TableCell } from '../pipe-table.js';
import { BLOCK_END, finishInline, plainMarks } from './inline-marks.js';

/** A cell as Asciidoctor's table model has it. */
interface Cell {
  readonly colspan: number | null;
  readonly rowspan: number | null;
  readonly style: string | null;
  readonly text: string | null;
  content(): Promise<string | string[]>;
}

/** A table as a pipe table; tables and lists in its cells are written on one line. */
export async function tableBlocks(node: AbstractBlock): Promise<string[]> {
  // Only tables have this model.
  const { rows } = node as unknown as {
    readonly rows: Readonly<Record<'head' | 'body' | 'foot', readonly (readonly Cell[])[]>>;
  };
  const { head } = rows;
  const lines: TableCell[][] = [];
  for (const row of [...head, ...rows.body, ...rows.foot]) {
    const isHead = lines.length < head.length;
    const cells: TableCell[] = [];
    for (const cell of row)
      cells.push({
        text: isHead ? oneLine(cell.text ?? '') : await cellText(cell),
        columns: cell.colspan ?? 1,
        rows: cell.rowspan ?? 1,
      });
    lines.push(cells);
  }
  const table = pipeTableLines(fillSpans(lines), head.length > 0);
  return table.length === 0 ? [] : [table.join('\n')];
}

async function cellText(cell: Cell): Promise<string> {
  if (cell.style === 'literal') return cellLine([`\`\`\`\n${plainMarks(cell.text ?? '')}\n\`\`\``]);
  const content = await cell.content();
  if (typeof content === 'string') return cellLine(content.split(BLOCK_END));
  return cellLine(content.map(finishInline));
}

function oneLine(text: string): string {
  return cellLine([finishInline(text)]);
}
