/** Words as search sees them: letters and digits, in lower case, ligatures and full-width forms resolved. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]{1,200}/gu) ?? []
  );
}

/** How many of the reference's words a text has too, each counted as often as it stands in both. */
export function keptWords(reference: readonly string[], words: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of words) left.set(word, (left.get(word) ?? 0) + 1);
  let kept = 0;
  for (const word of reference) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    kept += 1;
  }
  return kept;
}

/** Share (0..1) of the reference's words that are kept; 1 when it has none. */
export function recall(reference: readonly string[], words: readonly string[]): number {
  return reference.length === 0 ? 1 : keptWords(reference, words) / reference.length;
}

/** Length of the longest common subsequence. */
export function commonLength(one: readonly string[], other: readonly string[]): number {
  let before = new Uint32Array(other.length + 1);
  for (const word of one) {
    const row = new Uint32Array(other.length + 1);
    for (let at = 0; at < other.length; at += 1) {
      row[at + 1] = word === other[at] ? (before[at] ?? 0) + 1 : Math.max(before[at + 1] ?? 0, row[at] ?? 0);
    }
    before = row;
  }
  return before[other.length] ?? 0;
}

/** Markdown without its marks: what a line says, for comparing with what a browser shows. */
export function plainLine(line: string): string {
  return line
    .replace(/!?\[((?:\\.|[^\]\\])*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+"(?:\\.|[^"\\])*")?\)/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/^\s*(?:#{1,6}|[-*+]|\d+[.)]|>)\s+/, '')
    .replace(/[*_`|]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
