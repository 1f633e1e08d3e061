import type { PdfItem } from './pdf-items.js';
import { halvedText } from './pdf-overprint.js';
import { joinSpaced } from './pdf-spacing.js';
import { composeAccents } from './pdf-words.js';
import { withRaised } from './raised-text.js';

/** Words of a row that no wide gap divides. */
export interface PdfPiece {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  /** Font size of most of it, in points. */
  readonly size: number;
  readonly isMonospace: boolean;
  /** Average width of a character in points. */
  readonly charWidth: number;
}

/** What stands on one baseline, from left to right. */
export interface PdfRow {
  readonly pieces: readonly PdfPiece[];
  readonly y: number;
  readonly size: number;
}

interface OpenRow {
  y: number;
  size: number;
  readonly items: PdfItem[];
}

/** Puts a page's items together into rows, from top to bottom. Raised and lowered letters stay with the words they mark. */
export function rowsOfItems(items: readonly PdfItem[]): PdfRow[] {
  const rows: OpenRow[] = [];
  for (const item of [...items].sort((a, b) => b.y - a.y || a.x - b.x)) {
    const row = rows.at(-1);
    if (row === undefined || row.y - item.y > Math.min(row.size, item.size) * 0.65) {
      rows.push({ y: item.y, size: item.size, items: [item] });
      continue;
    }
    row.items.push(item);
    if (item.size > row.size * 1.1) {
      row.y = item.y;
      row.size = item.size;
    }
  }
  return rows.map(closeRow);
}

function closeRow(row: OpenRow): PdfRow {
  const rightToLeft = row.items.filter((item) => item.isRightToLeft).length;
  const items = joinSpaced(row.items.sort((a, b) => a.x - b.x));
  const halved = halvedText(items);
  const pieces = halved === undefined ? splitRow(items).map((group) => pieceOf(group)) : [pieceOf(items, halved)];
  if (rightToLeft * 2 > row.items.length) pieces.reverse();
  return { pieces, y: row.y, size: row.size };
}

/** Divides a row at gaps wider than blanks are. */
function splitRow(items: readonly PdfItem[]): PdfItem[][] {
  const groups: PdfItem[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const group = groups.at(-1);
    if (group === undefined || item.x - end > Math.max(item.size, 4) * 0.9) groups.push([item]);
    else group.push(item);
    end = Math.max(end, item.x + item.width);
  }
  return groups;
}

function pieceOf(items: readonly PdfItem[], known?: string): PdfPiece {
  const first = items[0];
  const base = mainItem(items);
  const characters = items.reduce((sum, item) => sum + item.text.length, 0);
  const width = items.reduce((sum, item) => sum + item.width, 0);
  const isRightToLeft = items.filter((item) => item.isRightToLeft).length * 2 > items.length;
  const ordered = isRightToLeft ? [...items].reverse() : items;
  const text = known ?? textOf(ordered, base);
  const isMonospace = items.every((item) => item.isMonospace);
  return {
    text: (isMonospace ? text : composeAccents(text)).trimEnd(),
    x: first?.x ?? 0,
    right: items.reduce((right, item) => Math.max(right, item.x + item.width), Number.NEGATIVE_INFINITY),
    y: base.y,
    size: Math.round(base.size * 2) / 2,
    isMonospace,
    charWidth: width / Math.max(1, characters),
  };
}

/** The item whose size and baseline most of the letters share. */
function mainItem(items: readonly PdfItem[]): { readonly y: number; readonly size: number } {
  const weights = new Map<string, { weight: number; item: PdfItem }>();
  for (const item of items) {
    const key = `${Math.round(item.size * 2)} ${Math.round(item.y)}`;
    const entry = weights.get(key) ?? { weight: 0, item };
    // Larger letters are the line, however many small ones hang on it.
    entry.weight += item.text.trim().length * item.size ** 2;
    weights.set(key, entry);
  }
  let best: { weight: number; item: PdfItem } | undefined;
  for (const entry of weights.values()) if (best === undefined || entry.weight > best.weight) best = entry;
  return best?.item ?? { y: 0, size: 10 };
}

type Rise = 'up' | 'down' | '';

function textOf(items: readonly PdfItem[], base: { readonly y: number; readonly size: number }): string {
  let text = '';
  let mark = '';
  let rise: Rise = '';
  let before: PdfItem | undefined;
  const flush = (): void => {
    if (rise !== '') text = withRaised(text, mark, rise);
    mark = '';
  };
  for (const item of items) {
    const now = riseOf(item, base, before);
    const blank = before !== undefined && needsBlank(before, item);
    if (now !== rise || (now !== '' && blank)) {
      flush();
      rise = now;
    }
    if (rise !== '') {
      if (blank && mark === '' && before !== undefined && !isClose(before, item)) text = withBlank(text);
      mark += item.text.trim();
    } else text = (blank ? withBlank(text) : text) + spacesBetween(before, item, blank) + item.text;
    before = item;
  }
  flush();
  return text.replace(/\^(\d+)[/\u2044]_(\d+)/g, (_, over: string, under: string) => ` ${over}/${under}`);
}

function withBlank(text: string): string {
  return text === '' || /\s$/.test(text) ? text : `${text} `;
}

function needsBlank(before: PdfItem, item: PdfItem): boolean {
  if (/^\s/.test(item.text)) return false;
  const gap = item.isRightToLeft ? before.x - (item.x + item.width) : item.x - (before.x + before.width);
  return before.hasSpaceAfter ? gap > -item.size * 0.1 : gap > item.size * 0.18;
}

/** Marks are often set off a little from what they mark. */
function isClose(before: PdfItem, item: PdfItem): boolean {
  return !before.hasSpaceAfter && item.x - (before.x + before.width) < item.size * 0.35;
}

/** In a listing a gap stands for as many blanks as fit into it; one of them is there already. */
function spacesBetween(before: PdfItem | undefined, item: PdfItem, blank: boolean): string {
  if (!blank || before === undefined || !before.isMonospace || !item.isMonospace) return '';
  const width = item.width / Math.max(1, item.text.length);
  return ' '.repeat(Math.max(0, Math.round((item.x - before.x - before.width) / Math.max(1, width)) - 1));
}

function riseOf(item: PdfItem, base: { readonly y: number; readonly size: number }, before: PdfItem | undefined): Rise {
  if (item.size > base.size * 0.86) return '';
  const rise = (item.y - base.y) / base.size;
  // The raised A of a logo is a letter of its word.
  if (item.text === 'A' && before?.text.endsWith('L') === true) return '';
  if (rise > 0.15) return 'up';
  return rise < -0.08 ? 'down' : '';
}
