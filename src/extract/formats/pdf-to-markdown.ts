import { escapeLineStarts } from './escape-markdown.js';
import { fence } from './html-code.js';
import type { PdfLine, PdfPage } from './pdf-lines.js';

/** A PDF's text with where each page begins. */
export interface PdfText {
  readonly text: string;
  /** Offset in the text at which each page begins. */
  readonly pageStarts: readonly number[];
  /** First large line, else empty. */
  readonly title: string;
}

/** Sizes at which lines count as headings, largest first. */
interface Typography {
  readonly body: number;
  readonly headings: readonly number[];
  /** Usual distance of two lines of a paragraph in font sizes. */
  readonly leading: number;
}

/**
 * Writes pages as Markdown: larger lines become headings, monospaced lines code, the rest paragraphs whose hyphenated
 * words are joined. Lines that repeat at the edge of most pages are left out. Without any large line each page
 * becomes a section (`## Page 3`), so that a passage can be found again.
 */
export function pdfToMarkdown(pages: readonly PdfPage[]): PdfText {
  const bodies = withoutRunningLines(pages);
  const type = typographyOf(bodies);
  const pageStarts: number[] = [];
  let text = '';
  let title = '';
  for (const [index, lines] of bodies.entries()) {
    const blocks = blocksOf(lines, type);
    if (type.headings.length === 0 && blocks.length > 0 && bodies.length > 1) blocks.unshift(`## Page ${index + 1}`);
    if (title === '') title = lines.find((line) => levelOf(line, type) === 1)?.text.trim() ?? '';
    const page = blocks.join('\n\n');
    if (text !== '' && page !== '') text += '\n\n';
    pageStarts.push(text.length);
    text += page;
  }
  return { text, pageStarts, title };
}

/** Drops headers, footers and page numbers: lines near an edge that most pages share, digits aside. */
function withoutRunningLines(pages: readonly PdfPage[]): (readonly PdfLine[])[] {
  const counts = new Map<string, number>();
  for (const page of pages)
    for (const key of new Set(page.lines.filter(isAtEdge(page)).map(shapeOf)))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(3, pages.length * 0.5);
  return pages.map((page) => {
    const isEdge = isAtEdge(page);
    return page.lines.filter((line) => !isEdge(line) || (counts.get(shapeOf(line)) ?? 0) < most);
  });
}

function isAtEdge(page: PdfPage): (line: PdfLine) => boolean {
  return (line) => line.y > page.height * 0.91 || line.y < page.height * 0.09;
}

function shapeOf(line: PdfLine): string {
  return line.text.replace(/\d+/g, '0').replace(/\s+/g, ' ').trim();
}

function typographyOf(pages: readonly (readonly PdfLine[])[]): Typography {
  const weights = new Map<number, number>();
  const leadings: number[] = [];
  for (const lines of pages) {
    for (const [at, line] of lines.entries()) {
      weights.set(line.size, (weights.get(line.size) ?? 0) + line.text.length);
      const above = lines[at - 1];
      const gap = above === undefined ? 0 : (above.y - line.y) / (line.size || 1);
      if (gap > 0.8 && gap < 3 && above?.size === line.size) leadings.push(gap);
    }
  }
  const body = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 10;
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const headings = [...weights]
    .filter(([size, weight]) => size >= body * 1.12 && weight < total * 0.4)
    .map(([size]) => size)
    .sort((a, b) => b - a);
  leadings.sort((a, b) => a - b);
  // The lower quartile is the distance inside paragraphs, even where most lines stand alone.
  return { body, headings: mergeSizes(headings), leading: leadings[Math.floor(leadings.length / 4)] ?? 1.2 };
}

/** Sizes that differ by less than a twentieth are one. */
function mergeSizes(sizes: readonly number[]): number[] {
  const merged: number[] = [];
  for (const size of sizes) if ((merged.at(-1) ?? Number.POSITIVE_INFINITY) > size * 1.05) merged.push(size);
  return merged;
}

/** Heading level 1..4, or 0 for body text. */
function levelOf(line: PdfLine, type: Typography): number {
  if (line.text.length > 200 || line.isMonospace || !/\p{L}/u.test(line.text)) return 0;
  const at = type.headings.findIndex((size) => line.size >= size / 1.05);
  return at === -1 || line.size < type.body * 1.12 ? 0 : Math.min(4, at + 1);
}

function blocksOf(lines: readonly PdfLine[], type: Typography): string[] {
  const blocks: string[] = [];
  let group: PdfLine[] = [];
  const flush = (): void => {
    if (group.length > 0) blocks.push(writeGroup(group, type));
    group = [];
  };
  for (const line of lines) {
    const above = group.at(-1);
    if (above !== undefined && !belongsTo(above, line, type)) flush();
    group.push(line);
  }
  flush();
  return blocks.filter((block) => block !== '');
}

function belongsTo(above: PdfLine, line: PdfLine, type: Typography): boolean {
  if (above.isMonospace !== line.isMonospace || levelOf(above, type) !== levelOf(line, type)) return false;
  const gap = (above.y - line.y) / (line.size || 1);
  if (line.isMonospace) return gap > -0.5 && gap < type.leading * 3;
  return gap > -0.5 && gap < type.leading * 1.35;
}

function writeGroup(group: readonly PdfLine[], type: Typography): string {
  const first = group[0];
  if (first === undefined) return '';
  if (first.isMonospace) return fence(codeOf(group), '');
  const level = levelOf(first, type);
  if (level > 0)
    return `${'#'.repeat(level)} ${group
      .map((line) => line.text.trim())
      .join(' ')
      .replace(/\s+/g, ' ')}`;
  let text = '';
  for (const line of group) text = joinLine(text, line);
  return text;
}

function joinLine(text: string, line: PdfLine): string {
  const raw = line.isTabular ? line.text.trim() : line.text.replace(/\s+/g, ' ').trim();
  const bullet = /^[\u2022\u25cf\u25e6\u25aa\u2023\u2043\u2219\uf0b7](?:\s*)(.+)$/u.exec(raw)?.[1];
  if (bullet !== undefined) return text === '' ? `- ${bullet}` : `${text}\n- ${bullet}`;
  const next = escapeLineStarts(raw);
  if (text === '') return next;
  if (line.isTabular) return `${text}\n${next}`;
  if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(raw)) return text.slice(0, -1) + raw;
  return `${text} ${raw}`;
}

function codeOf(group: readonly PdfLine[]): string {
  const left = group.reduce((least, line) => Math.min(least, line.x), Number.POSITIVE_INFINITY);
  return group
    .map(
      (line) => ' '.repeat(Math.min(80, Math.max(0, Math.round((line.x - left) / (line.charWidth || 6))))) + line.text,
    )
    .join('\n');
}
