/**
 * Markdown blocks of terms with what is said of them: one list item where that is all paragraphs, as several terms may share one
 * meaning, and lists below them; else the terms in bold and the blocks (code, tables) below them.
 * @param terms inline Markdown, empty ones are left out
 */
export function definitionItem(terms: readonly string[], blocks: readonly string[]): string[] {
  const named = terms.map(plainTerm).filter((term) => term !== '');
  if (named.length === 0) return [...blocks];
  const term = `**${named.join(', ')}**`;
  const isPlain = blocks.length > 0 && blocks.every((block) => !/^ *(?:```|~~~|\||> |#)/m.test(block));
  if (!isPlain) return [term, ...blocks];
  const isList = isItem(blocks[0] ?? '');
  return [`- ${term}:${isList ? '\n  ' : ' '}${indentBelow(joinItemBlocks(blocks), 2)}`];
}

/** A term is bold as a whole, so that nothing in it is. */
function plainTerm(term: string): string {
  return term
    .replaceAll('**', '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** Blocks as one text; list items that follow each other stand on neighbouring lines. */
export function joinBlocks(blocks: readonly string[]): string {
  const parts: string[] = [];
  let above = '';
  for (const block of blocks) {
    if (block === '') continue;
    if (above !== '') parts.push(isItem(above) && isItem(block) ? '\n' : '\n\n');
    parts.push(block);
    above = block;
  }
  return parts.join('');
}

/** Blocks of one list item: a list below its text follows on the next line. */
export function joinItemBlocks(blocks: readonly string[]): string {
  return blocks
    .filter((block) => block !== '')
    .map((block, at) => (at === 0 ? '' : isItem(block) ? '\n' : '\n\n') + block)
    .join('');
}

function isItem(block: string): boolean {
  return /^(?:- |\d+\. )/.test(block);
}

/** All lines but the first moved right; empty ones stay empty. */
export function indentBelow(text: string, columns: number): string {
  return text.replace(/\n(?!\n|$)/g, `\n${' '.repeat(columns)}`);
}
