import { indentOf, shiftLeft } from '../light-markup.js';

const ITEM = /^[-*+\u2022](?:[ \t]+|$)/;

/** Rows of a `list-table`: items of items, each inner one a cell given as its lines. */
export function listRows(lines: readonly string[]): string[][][] {
  return itemsOf(lines).map(itemsOf);
}

/** The items of a bullet list, each as its lines without the mark. */
function itemsOf(lines: readonly string[]): string[][] {
  const first = lines.find((line) => line.trim() !== '');
  const column = indentOf(first ?? '');
  const items: string[][] = [];
  for (const line of lines) {
    const text = line.trimStart();
    const mark = indentOf(line) === column ? ITEM.exec(text) : null;
    if (mark !== null) items.push([text.slice(mark[0].length)]);
    else items.at(-1)?.push(line);
  }
  return items.map((item) => {
    const below = item.slice(1);
    let shift = Number.POSITIVE_INFINITY;
    for (const line of below) if (line.trim() !== '') shift = Math.min(shift, indentOf(line));
    return [
      item[0] ?? '',
      ...below.map((line) => (line.trim() === '' ? '' : shiftLeft(line, Number.isFinite(shift) ? shift : 0))),
    ];
  });
}
