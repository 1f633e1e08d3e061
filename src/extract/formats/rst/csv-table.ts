/** How the rows of a `csv-table` are written. */
export interface CsvFormat {
  readonly delimiter: string;
  readonly quote: string;
  /** Character that makes the next one literal; empty for none, where quotes are doubled. */
  readonly escape: string;
}

/** Reads the options `:delim:`, `:quote:` and `:escape:`. */
export function csvFormat(options: ReadonlyMap<string, string>): CsvFormat {
  const one = (name: string, otherwise: string): string => {
    const value = options.get(name) ?? '';
    if (value === 'tab') return '\t';
    if (value === 'space') return ' ';
    const code = /^(?:0x|x|U\+|u)([0-9A-Fa-f]{2,5})$/.exec(value)?.[1];
    return code === undefined ? value.charAt(0) || otherwise : String.fromCharCode(Number.parseInt(code, 16));
  };
  return { delimiter: one('delim', ','), quote: one('quote', '"'), escape: one('escape', '') };
}

/** Rows of comma-separated values; quoted ones may hold delimiters and line ends. White space around values goes. */
export function csvRows(text: string, { delimiter, quote, escape: escaping }: CsvFormat): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell: string[] = [];
  let isQuoted = false;
  const endCell = (): void => {
    row.push(cell.join('').trim());
    cell = [];
  };
  const endRow = (): void => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (escaping !== '' && char === escaping) cell.push(text.charAt(++at));
    else if (isQuoted) {
      if (char !== quote) cell.push(char);
      else if (text.charAt(at + 1) === quote) cell.push(text.charAt(++at));
      else isQuoted = false;
    } else if (char === quote && cell.every((part) => part === ' ')) {
      cell = [];
      isQuoted = true;
    } else if (char === delimiter) endCell();
    else if (char === '\n') endRow();
    else cell.push(char);
  }
  if (cell.length > 0 || row.length > 0) endRow();
  return rows;
}
