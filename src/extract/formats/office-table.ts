const MAX_COLUMNS = 200;

/** Rows of cells as Markdown: tables divided at empty rows, a row of one cell alone as a line. */
export function sheetMarkdown(rows: readonly (readonly string[])[]): string {
  const blocks: string[] = [];
  let group: string[][] = [];
  const flush = (): void => {
    if (group.length > 0) blocks.push(tableOf(group));
    group = [];
  };
  for (const row of rows) {
    const filled = row.filter((cell) => cell.trim() !== '');
    if (filled.length === 0) flush();
    else if (filled.length === 1 && group.length === 0) blocks.push((filled[0] ?? '').trim());
    else group.push(row.slice(0, MAX_COLUMNS));
  }
  flush();
  return blocks.join('\n\n');
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, row) => Math.max(widest, row.findLastIndex((cell) => cell.trim() !== '') + 1), 0);
  const first = rows.reduce((least, row) => {
    const at = row.findIndex((cell) => cell.trim() !== '');
    return at === -1 ? least : Math.min(least, at);
  }, width);
  const line = (row: readonly string[]): string =>
    `| ${Array.from({ length: width - first }, (_, at) => cellText(row[first + at] ?? '')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${Array.from({ length: width - first }, () => '---').join(' | ')} |`, ...body.map(line)].join(
    '\n',
  );
}

function cellText(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, '<br>');
}
