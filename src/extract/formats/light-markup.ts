/** Longest line that inline marks are looked for in; longer lines are data and stay as they are. */
const MAX_INLINE_CHARACTERS = 20_000;

/** A fence longer than any run of backticks in the lines `[start, end)`. */
export function fenceFor(lines: readonly string[], start: number, end: number): string {
  let longest = 2;
  for (let at = start; at < end; at++) {
    for (const run of (lines[at] ?? '').match(/`{3,}/g) ?? []) longest = Math.max(longest, run.length);
  }
  return '`'.repeat(longest + 1);
}

/** Number of leading spaces of a line, a tab counting to the next multiple of eight. */
export function indentOf(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === ' ') columns++;
    else if (char === '\t') columns += 8 - (columns % 8);
    else break;
  }
  return columns;
}

/** The line moved so that it starts `columns` further left; never eats more than its indentation. */
export function shiftLeft(line: string, columns: number): string {
  const indent = indentOf(line);
  return ' '.repeat(Math.max(0, indent - columns)) + line.trimStart();
}

/** Applies inline rules to a line's text, code spans aside. */
export function replaceInline(line: string, rules: readonly (readonly [RegExp, string])[]): string {
  if (line.length > MAX_INLINE_CHARACTERS) return line;
  return rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
