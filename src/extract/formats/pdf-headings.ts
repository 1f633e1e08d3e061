import type { PdfLine } from './pdf-lines.js';

/** A bookmark: its title and how deep it lies, from 0. */
export interface PdfBookmark {
  readonly title: string;
  readonly depth: number;
}

/** Decides which lines of a document are headings. */
export interface PdfTypography {
  /** Font size of most of the text. */
  readonly body: number;
  /** Usual distance of two lines of a paragraph in font sizes. */
  readonly leading: number;
  readonly hasHeadings: boolean;
  /** Heading level 1..6 of a line, or 0 for body text. */
  levelOf(line: PdfLine): number;
}

const MAX_HEADING_CHARACTERS = 200;
const LARGER = 1.12;
/** A name of a section in capitals: `SEE ALSO`, `C LIBRARY/KERNEL DIFFERENCES`. */
const CAPITALS = /^(?=.*\p{Lu}{3})[\p{Lu}\p{N}][\p{Lu}\p{N} ,&/'\u2019()-]{2,60}$/u;
/** A first page with less text than this, under a large line, is a title page. */
const TITLE_PAGE_CHARACTERS = 1200;

/**
 * Learns a document's typography: lines in larger type are headings, by size, and lines that a bookmark names are headings
 * of its depth. Lines in larger type that no bookmark names take the level of that size. Of a title page only the largest
 * line is one.
 */
export function learnTypography(
  pages: readonly (readonly PdfLine[])[],
  bookmarks: readonly PdfBookmark[],
): PdfTypography {
  const { body, leading, sizes } = measure(pages);
  const depths = new Map(bookmarks.map(({ title, depth }) => [keyOf(title), depth] as const));
  const exact = new Set(bookmarks.map(({ title }) => plainOf(title)));
  depths.delete('');
  const titleLines = titlePageLines(pages, body);
  const bySize = (line: PdfLine): number => {
    if (line.size < body * LARGER) return 0;
    return 1 + sizes.findIndex((size) => line.size >= size / 1.05);
  };
  const named = levelsOfSizes(pages, depths);
  const level = sizes.length === 0 ? 2 : Math.min(4, sizes.length + 1);
  const levels = new Map([...capitalHeadings(pages, body)].map((line) => [line, level] as const));
  for (const lines of pages) {
    const contents = contentsBegin(lines);
    for (const [at, line] of lines.entries()) {
      if (
        !canBeHeading(line) ||
        (at > contents && !exact.has(plainOf(line.text))) ||
        (titleLines.has(line) && line.size < maxSize(titleLines))
      )
        continue;
      const isNamed = line.size >= body * 1.05 || (line.size >= body * 0.97 && exact.has(plainOf(line.text)));
      const depth = isNamed ? depths.get(keyOf(line.text)) : undefined;
      const level = depth === undefined ? levelBeside(bySize(line), line, named) : depth + 1;
      if (level > 0) levels.set(line, Math.min(6, level));
    }
  }
  return { body, leading, hasHeadings: levels.size > 0, levelOf: (line) => levels.get(line) ?? 0 };
}

/**
 * Lines in capitals that stand left of the text below them, as the sections of manual pages do: those furthest left, where
 * there are two or more.
 */
function capitalHeadings(pages: readonly (readonly PdfLine[])[], body: number): Set<PdfLine> {
  const isLeftOf = (line: PdfLine, other: PdfLine | undefined): boolean =>
    other !== undefined && other.x - line.x >= line.size * 1.2 && other.x - line.x <= line.size * 8;
  const found = pages.flatMap((lines) =>
    lines.filter((line, at) => {
      const above = lines[at - 1];
      return (
        canBeHeading(line) &&
        CAPITALS.test(line.text) &&
        Math.abs(line.size - body) <= body * 0.15 &&
        isLeftOf(line, lines[at + 1]) &&
        (above === undefined || line.startsFlow || isLeftOf(line, above) || above.y - line.y > line.size * 1.6)
      );
    }),
  );
  const left = found.reduce((least, line) => Math.min(least, line.x), Number.POSITIVE_INFINITY);
  const outermost = found.filter((line) => line.x - left < line.size / 2);
  return new Set(outermost.length >= 2 ? outermost : []);
}

function canBeHeading(line: PdfLine): boolean {
  return (
    line.text.length <= MAX_HEADING_CHARACTERS &&
    !line.isMonospace &&
    !line.isEntry &&
    !line.isTabular &&
    /\p{L}/u.test(line.text)
  );
}

/** Place of the first entry on a page that is mostly a table of contents, behind which nothing is a heading. */
function contentsBegin(lines: readonly PdfLine[]): number {
  const entries = lines.filter((line) => line.isEntry).length;
  if (entries < 3 || entries < lines.length * 0.4) return Number.POSITIVE_INFINITY;
  return lines.findIndex((line) => line.isEntry);
}

function plainOf(text: string): string {
  return text
    .replace(/^[\s\d.]+(?=\D)/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letters and digits alone, without the number that a heading begins with. */
function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^[\s\d.]+(?=\D)/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Which level the bookmarks give to headings of a size. */
function levelsOfSizes(
  pages: readonly (readonly PdfLine[])[],
  depths: ReadonlyMap<string, number>,
): Map<number, number> {
  const votes = new Map<number, Map<number, number>>();
  for (const line of pages.flat()) {
    const depth = canBeHeading(line) ? depths.get(keyOf(line.text)) : undefined;
    if (depth === undefined) continue;
    const of = votes.get(line.size) ?? new Map<number, number>();
    of.set(depth + 1, (of.get(depth + 1) ?? 0) + 1);
    votes.set(line.size, of);
  }
  return new Map(
    [...votes].map(([size, of]) => [size, [...of].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 1] as const),
  );
}

function levelBeside(bySize: number, line: PdfLine, named: ReadonlyMap<number, number>): number {
  if (bySize === 0 || named.size === 0) return Math.min(4, bySize);
  const same = named.get(line.size);
  if (same !== undefined) return same;
  let deepest = 0;
  for (const [size, level] of named) if (size > line.size) deepest = Math.max(deepest, level);
  return deepest === 0 ? 1 : Math.min(6, deepest + 1);
}

/** Lines at the foot of a title page, below which no text stands; empty where the document begins with its text. */
function titlePageLines(pages: readonly (readonly PdfLine[])[], body: number): Set<PdfLine> {
  const first = pages.find((lines) => lines.length > 0) ?? [];
  const characters = first.reduce((sum, line) => sum + line.text.length, 0);
  const lines = new Set(first);
  if (pages.length < 3 || characters > TITLE_PAGE_CHARACTERS || maxSize(lines) < body * 1.4) return new Set();
  const lastOfText = first.findLastIndex((line) => line.size < body * LARGER);
  return new Set([...first.filter((line) => line.size >= maxSize(lines)), ...first.slice(lastOfText + 1)]);
}

function maxSize(lines: ReadonlySet<PdfLine>): number {
  let largest = 0;
  for (const line of lines) largest = Math.max(largest, line.size);
  return largest / 1.02;
}

function measure(pages: readonly (readonly PdfLine[])[]): { body: number; leading: number; sizes: readonly number[] } {
  const weights = new Map<number, number>();
  const leadings: number[] = [];
  for (const lines of pages) {
    for (const [at, line] of lines.entries()) {
      if (line.isEntry) continue;
      weights.set(line.size, (weights.get(line.size) ?? 0) + line.text.length);
      const above = lines[at - 1];
      const gap = above === undefined ? 0 : (above.y - line.y) / (line.size || 1);
      if (gap > 0.8 && gap < 3 && above?.size === line.size) leadings.push(gap);
    }
  }
  const body = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 10;
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const sizes = [...weights]
    .filter(([size, weight]) => size >= body * LARGER && weight < total * 0.4)
    .map(([size]) => size)
    .sort((a, b) => b - a);
  leadings.sort((a, b) => a - b);
  // The lower quartile is the distance inside paragraphs, even where most lines stand alone.
  return { body, leading: leadings[Math.floor(leadings.length / 4)] ?? 1.2, sizes: mergeSizes(sizes) };
}

/** Sizes that differ by less than a twentieth are one. */
function mergeSizes(sizes: readonly number[]): number[] {
  const merged: number[] = [];
  for (const size of sizes) if ((merged.at(-1) ?? Number.POSITIVE_INFINITY) > size * 1.05) merged.push(size);
  return merged;
}
