import { escapeLineStarts } from './escape-markdown.js';
import { fence } from './html-code.js';
import { learnTypography, type PdfBookmark, type PdfTypography } from './pdf-headings.js';
import type { PdfLine } from './pdf-lines.js';
import { Hyphens } from './pdf-words.js';

/** A PDF's text with where each page begins. */
export interface PdfText {
  readonly text: string;
  /** Offset in the text at which each page begins; inside of a paragraph where that goes on from the page before. */
  readonly pageStarts: readonly number[];
  /** First large line that is no name of a table of contents, else empty. */
  readonly title: string;
}

type BlockKind = 'heading' | 'code' | 'text' | 'note' | 'list';

interface Block {
  readonly kind: BlockKind;
  text: string;
  /** Whether the last line reaches the right end of its paragraph. */
  readonly isFull: boolean;
  /** Level of a heading, else 0. */
  readonly level: number;
}

/**
 * Writes pages as Markdown: headings by typography and bookmarks, monospaced lines as code, the rest as paragraphs whose
 * divided words are joined. A sentence that goes on in the next column or on the next page stays one paragraph. Without any
 * heading each page becomes a section (`## Page 3`), so that a passage can be found again.
 */
export function pdfToMarkdown(pages: readonly (readonly PdfLine[])[], bookmarks: readonly PdfBookmark[]): PdfText {
  const type = learnTypography(pages, bookmarks);
  const hyphens = new Hyphens(pages.flatMap((lines) => lines.map((line) => line.text)));
  const hasPageHeads = !type.hasHeadings && pages.filter((lines) => lines.length > 0).length > 1;
  const pageStarts: number[] = [];
  let text = '';
  let title = '';
  let open: Block[] = [];
  for (const [index, lines] of pages.entries()) {
    const blocks = blocksOf(lines, { type, hyphens });
    if (title === '') title = blocks.map(titleIn).find((found) => found !== '') ?? '';
    const pageHead: Block[] = hasPageHeads
      ? [{ kind: 'heading', text: `## Page ${index + 1}`, isFull: false, level: 2 }]
      : [];
    const first = blocks[0];
    const last = first === undefined ? undefined : openParagraph(open);
    if (last !== undefined && first !== undefined && goesOn(last, first)) {
      text += write(open.slice(0, open.indexOf(last)), text);
      const head = write([last], text);
      const joined = hyphens.join(last.text, first.text);
      pageStarts.push(text.length + head.length + joined.length - last.text.length - first.text.length);
      open = [{ ...first, text: joined }, ...(blocks.length > 1 ? pageHead : []), ...blocks.slice(1)];
      continue;
    }
    text += write(open, text);
    pageStarts.push(text === '' || blocks.length === 0 ? text.length : text.length + 2);
    open = blocks.length > 0 ? [...pageHead, ...blocks] : [];
  }
  text += write(open, text);
  return { text, pageStarts, title };
}

function titleIn(block: Block): string {
  if (block.level !== 1) return '';
  const title = block.text.replace(/^# /, '');
  return /^(?:(?:short |table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des mati\u00e8res|\u00edndice|indice)$/i.test(
    title,
  )
    ? ''
    : title;
}

function write(blocks: readonly Block[], before: string): string {
  let text = '';
  for (const block of blocks) if (block.text !== '') text += (before === '' && text === '' ? '' : '\n\n') + block.text;
  return text;
}

/** The paragraph at a page's foot; notes below it are put before it, so that it can go on. */
function openParagraph(blocks: Block[]): Block | undefined {
  let at = blocks.length - 1;
  while (at > 0 && blocks[at]?.kind === 'note') at--;
  const found = blocks[at];
  if (found === undefined || (found.kind !== 'text' && found.kind !== 'list')) return undefined;
  blocks.splice(at, 1);
  blocks.push(found);
  return found;
}

/** Whether a paragraph goes on in the one after it, beyond the end of a column or page. */
function goesOn(above: Block, below: Block): boolean {
  if (below.kind !== 'text' || (above.kind !== 'text' && above.kind !== 'list')) return false;
  if (/[.!?:;]["'\u201d\u2019)\]]*$/.test(above.text)) return false;
  if (/^[\p{Ll}(]/u.test(below.text) || /[,\u00ad-]$/.test(above.text)) return true;
  return above.isFull && /^[\p{L}\p{N}"'\u201c\u2018]/u.test(below.text);
}

interface Reading {
  readonly type: PdfTypography;
  readonly hyphens: Hyphens;
}

function blocksOf(lines: readonly PdfLine[], reading: Reading): Block[] {
  const blocks: Block[] = [];
  let group: PdfLine[] = [];
  const flush = (): void => {
    const block = writeGroup(group, reading);
    const above = group[0]?.startsFlow === true ? openParagraph(blocks) : undefined;
    if (above !== undefined && block !== undefined && goesOn(above, block))
      blocks[blocks.length - 1] = { ...block, kind: above.kind, text: reading.hyphens.join(above.text, block.text) };
    else if (block !== undefined) blocks.push(block);
    group = [];
  };
  for (const line of lines) {
    const above = group.at(-1);
    if (above !== undefined && (!belongsTo(above, line, reading.type) || isOutdented(group, line))) flush();
    group.push(line);
  }
  flush();
  return blocks.filter((block) => block.text !== '');
}

function belongsTo(above: PdfLine, line: PdfLine, type: PdfTypography): boolean {
  const level = type.levelOf(line);
  if (line.startsFlow || above.isMonospace !== line.isMonospace || type.levelOf(above) !== level) return false;
  if (above.isEntry !== line.isEntry || isNote(above, type) !== isNote(line, type)) return false;
  const gap = (above.y - line.y) / (line.size || 1);
  if (line.isMonospace) return gap > -0.5 && gap < type.leading * 3;
  return gap > -0.5 && gap < type.leading * 1.35;
}

/** Whether a line stands left of several that end above it, as the next entry of a list with hanging lines does. */
function isOutdented(group: readonly PdfLine[], line: PdfLine): boolean {
  const [before, above] = group.slice(-2);
  if (before === undefined || above === undefined || line.isMonospace || line.isTabular) return false;
  if (Math.abs(before.x - above.x) > 1 && group.length > 2) return false;
  if (above.x - line.x < line.size || /^\p{Ll}/u.test(line.text)) return false;
  return before.x >= line.x && (/[.!?:;]\)?$/.test(above.text) || above.right < before.right - line.size * 3);
}

function isNote(line: PdfLine, type: PdfTypography): boolean {
  return line.size < type.body * 0.92;
}

function writeGroup(group: readonly PdfLine[], { type, hyphens }: Reading): Block | undefined {
  const first = group[0];
  if (first === undefined) return undefined;
  if (first.isMonospace) return { kind: 'code', text: fence(codeOf(group), ''), isFull: false, level: 0 };
  const level = type.levelOf(first);
  if (level > 0) return { kind: 'heading', text: headingOf(group, level, hyphens), isFull: false, level };
  if (first.isEntry) {
    const text = group.map((line) => `- ${line.text.trim()}`).join('\n');
    return { kind: 'code', text, isFull: false, level: 0 };
  }
  let text = '';
  for (const line of group) text = joinLine(text, line, hyphens);
  const right = Math.max(...group.map((line) => line.right));
  const isFull = group.length > 1 && (group.at(-1)?.right ?? 0) > right - first.size * 3;
  const isTabular = group.at(-1)?.isTabular === true;
  const kind = isNote(first, type) ? 'note' : isTabular ? 'code' : text.startsWith('- ') ? 'list' : 'text';
  return { kind, text, isFull, level: 0 };
}

function headingOf(group: readonly PdfLine[], level: number, hyphens: Hyphens): string {
  let text = '';
  for (const line of group) {
    const words = line.text.replace(/\s+/g, ' ').trim();
    text = text === '' ? words : hyphens.join(text, words);
  }
  return `${'#'.repeat(level)} ${text}`;
}

function joinLine(text: string, line: PdfLine, hyphens: Hyphens): string {
  const raw = line.isTabular ? line.text.trim() : line.text.replace(/\s+/g, ' ').trim();
  const bullet = /^[\u2022\u25cf\u25e6\u25aa\u2023\u2043\u2219\uf0b7](?:\s*)(.+)$/u.exec(raw)?.[1];
  if (bullet !== undefined) return text === '' ? `- ${bullet}` : `${text}\n- ${bullet}`;
  if (text === '') return escapeLineStarts(raw);
  if (line.isTabular) return `${text}\n${escapeLineStarts(raw)}`;
  return hyphens.join(text, raw);
}

function codeOf(group: readonly PdfLine[]): string {
  const left = group.reduce((least, line) => Math.min(least, line.x), Number.POSITIVE_INFINITY);
  return group
    .map(
      (line) => ' '.repeat(Math.min(80, Math.max(0, Math.round((line.x - left) / (line.charWidth || 6))))) + line.text,
    )
    .join('\n');
}
