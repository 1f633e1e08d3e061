/** White space of C's `isspace` within a line. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/**
 * Cuts one line of a TREC file, `text.slice(start, end)`, into at most `count` columns at white space; what follows the
 * last one is ignored. Fills `columns` and returns how many there were. Written for files of millions of lines.
 */
export function cutColumns(text: string, start: number, end: number, columns: string[]): number {
  let found = 0;
  let at = start;
  while (found < columns.length) {
    while (at < end && isSpace(text.charCodeAt(at))) at += 1;
    if (at >= end) break;
    const from = at;
    while (at < end && !isSpace(text.charCodeAt(at))) at += 1;
    columns[found] = text.slice(from, at);
    found += 1;
  }
  return found;
}

/** Cuts a line at tabs, so that ids may hold spaces; columns are trimmed. */
export function cutAtTabs(line: string): string[] {
  return line.split('\t').map((part) => part.trim());
}
