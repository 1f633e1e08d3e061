import type { PdfItem } from './pdf-items.js';

const MIN_LETTERS = 4;

/**
 * Joins words whose letters are set apart (`S A F E T Y` is SAFETY): runs of single letters with equal gaps between them.
 * Wider gaps in such a run divide words. Takes and gives the items of a row from left to right.
 */
export function joinSpaced(items: readonly PdfItem[]): PdfItem[] {
  const joined: PdfItem[] = [];
  for (let at = 0; at < items.length; ) {
    const end = endOfRun(items, at);
    const run = items.slice(at, end);
    const word = run.length === 0 ? undefined : spacedText(run);
    const first = items[at];
    if (first === undefined) break;
    if (word === undefined) joined.push(first);
    else joined.push({ ...first, text: word, width: rightOf(run.at(-1)) - first.x, hasSpaceAfter: true });
    at = word === undefined ? at + 1 : end;
  }
  return joined;
}

function rightOf(item: PdfItem | undefined): number {
  return item === undefined ? 0 : item.x + item.width;
}

function isSpaced(item: PdfItem | undefined): item is PdfItem {
  return (
    item !== undefined && !item.isMonospace && /^\s*[\p{L}\p{N}\p{P}](?: +[\p{L}\p{N}\p{P}])*\s*$/u.test(item.text)
  );
}

/** End of the run of spaced letters that begins at an item, the same place where none does. */
function endOfRun(items: readonly PdfItem[], start: number): number {
  let at = start;
  while (at < items.length) {
    const item = items[at];
    if (!isSpaced(item)) break;
    if (at > start && item.x - rightOf(items[at - 1]) > item.size * 4) break;
    at++;
  }
  return at;
}

function spacedText(run: readonly PdfItem[]): string | undefined {
  const letters = run.flatMap((item) => item.text.trim().split(/ +/));
  if (letters.filter((letter) => /\p{L}/u.test(letter)).length < MIN_LETTERS || isAlphabet(letters)) return undefined;
  const gaps = run.slice(1).map((item, at) => item.x - rightOf(run[at]));
  const inner = run.flatMap((item) => innerGap(item) ?? []);
  const unit = Math.min(...(inner.length > 0 ? inner : gaps));
  const size = run[0]?.size ?? 10;
  if (unit < size * 0.1 || unit > size * 1.3) return undefined;
  let text = '';
  run.forEach((item, at) => {
    const gap = gaps[at - 1] ?? 0;
    text += (at > 0 && gap > unit * 1.6 ? ' ' : '') + item.text.replace(/ /g, '');
  });
  // Single letters that all stand for themselves, as in the head of a table, are no word.
  return text.split(' ').some((word) => word.length >= MIN_LETTERS) ? text : undefined;
}

/** About the gap between the letters of one item, from the usual width of letters. */
function innerGap(item: PdfItem): number | undefined {
  const letters = item.text.trim().split(/ +/);
  if (letters.length < 2) return undefined;
  const width = letters.reduce((sum, letter) => sum + (/\p{Lu}/u.test(letter) ? 0.67 : 0.48) * item.size, 0);
  return Math.max(item.size * 0.1, (item.width - width) / (letters.length - 1));
}

function isAlphabet(letters: readonly string[]): boolean {
  return letters.every((letter, at) => at === 0 || letter.charCodeAt(0) === (letters[at - 1]?.charCodeAt(0) ?? 0) + 1);
}
