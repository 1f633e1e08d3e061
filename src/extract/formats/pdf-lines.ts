import { z } from 'zod';

/** A line of a page as it is set. */
export interface PdfLine {
  readonly text: string;
  /** Font size in points, of most of the line. */
  readonly size: number;
  /** Distance of the baseline from the page's bottom, and of the first character from its left. */
  readonly y: number;
  readonly x: number;
  readonly isMonospace: boolean;
  /** Whether wide gaps divide the line into columns. */
  readonly isTabular: boolean;
  /** Average width of a character in points. */
  readonly charWidth: number;
}

/** A page's lines in reading order, with the page's height in points. */
export interface PdfPage {
  readonly lines: readonly PdfLine[];
  readonly height: number;
}

const item = z.object({
  str: z.string(),
  width: z.number(),
  height: z.number(),
  transform: z.array(z.number()).length(6),
  fontName: z.string(),
  hasEOL: z.boolean(),
});
type TextItem = z.infer<typeof item>;

/** Puts a page's text items together into lines. Items that are not text (marked content) are passed over. */
export function linesOfPage(items: readonly unknown[], monospaceFonts: ReadonlySet<string>): PdfLine[] {
  const lines: PdfLine[] = [];
  let row: TextItem[] = [];
  const flush = (): void => {
    const line = lineOf(row, monospaceFonts);
    if (line !== undefined) lines.push(line);
    row = [];
  };
  for (const candidate of items) {
    const parsed = item.safeParse(candidate);
    if (!parsed.success) continue;
    const before = row.at(-1);
    // The producer's line ends are not always marked; a jump of the baseline ends a line too.
    if (before !== undefined && parsed.data.str !== '' && hasJumped(before, parsed.data)) flush();
    if (parsed.data.str !== '') row.push(parsed.data);
    if (parsed.data.hasEOL) flush();
  }
  flush();
  return lines;
}

function place(of: TextItem, index: number): number {
  return of.transform[index] ?? 0;
}

function sizeOf(of: TextItem): number {
  return of.height > 0 ? of.height : Math.hypot(place(of, 2), place(of, 3));
}

function hasJumped(before: TextItem, next: TextItem): boolean {
  if (before.str.trim() === '' || next.str.trim() === '') return false;
  return Math.abs(place(before, 5) - place(next, 5)) > Math.max(sizeOf(before), sizeOf(next)) * 0.7;
}

function lineOf(row: readonly TextItem[], monospaceFonts: ReadonlySet<string>): PdfLine | undefined {
  const inked = row.filter((part) => part.str.trim() !== '');
  const first = inked[0];
  if (first === undefined) return undefined;
  let text = '';
  let gaps = 0;
  let end = place(first, 4);
  for (const part of row) {
    const gap = place(part, 4) - end;
    const size = sizeOf(part) || 10;
    if (text !== '' && part.str.trim() !== '') {
      if (gap > size * 2) gaps++;
      if (gap > size * 2) text = `${text.trimEnd()}   `;
      else if (gap > size * 0.18 && !/\s$/.test(text) && !/^\s/.test(part.str)) text += ' ';
    }
    text += part.str;
    if (part.str.trim() !== '') end = place(part, 4) + part.width;
  }
  const longest = inked.reduce((best, part) => (part.str.length > best.str.length ? part : best), first);
  const characters = inked.reduce((sum, part) => sum + part.str.length, 0);
  return {
    text: text.replace(/\u00ad/g, '').trimEnd(),
    size: Math.round(sizeOf(longest) * 2) / 2,
    y: place(first, 5),
    x: place(first, 4),
    isMonospace: inked.every((part) => monospaceFonts.has(part.fontName)),
    isTabular: gaps > 0,
    charWidth: inked.reduce((sum, part) => sum + part.width, 0) / Math.max(1, characters),
  };
}
