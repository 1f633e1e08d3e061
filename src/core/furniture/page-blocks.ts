/** A piece of a page between blank lines. */
export interface PageBlock {
  /** Offsets into the page's text, `[start, end)`; the line end is left out. */
  readonly start: number;
  readonly end: number;
  /** `fixed` is what is never a site's: code, and what is too long to be looked into. */
  readonly kind: 'heading' | 'text' | 'fixed';
}

/** What a block says at one place: a link's words, a cell, or the words between. */
export interface Segment {
  readonly text: string;
  readonly isLink: boolean;
}

/** Longer blocks are content. */
const LONGEST_BLOCK = 60_000;
const MOST_SEGMENTS = 1_500;

/** Cuts Markdown at its blank lines, outside fenced code. Linear in the text's length. */
export function pageBlocks(text: string): PageBlock[] {
  const blocks: PageBlock[] = [];
  let start = -1;
  let fence = '';
  let isCode = false;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + 200));
    const mark = /^\s*(?:[-*+>]\s+|\d+[.)]\s+)*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    const isBlank = fence === '' && text.slice(at, end).trim() === '';
    if (isBlank && start >= 0) {
      blocks.push(blockOf(text, { start, end: at - 1, isCode }));
      start = -1;
    } else if (!isBlank && start < 0) {
      start = at;
      isCode = false;
    }
    if (mark !== '') {
      isCode = true;
      if (fence === '') fence = mark;
      else if (mark.startsWith(fence) && line.trim() === mark) fence = '';
    }
    at = end + 1;
  }
  if (start >= 0) blocks.push(blockOf(text, { start, end: text.trimEnd().length, isCode }));
  return blocks;
}

function blockOf(text: string, { start, end, isCode }: { start: number; end: number; isCode: boolean }): PageBlock {
  if (isCode || end - start > LONGEST_BLOCK) return { start, end, kind: 'fixed' };
  const isHeading = /^#{1,6} /.test(text.slice(start, start + 8)) && !text.slice(start, end).includes('\n');
  return { start, end, kind: isHeading ? 'heading' : 'text' };
}

const IMAGE = /!\[((?:\\.|[^\]\\\n]){0,400})\]\((?:\\.|[^()\s\\]|\([^()\s]{0,400}\)){0,2000}(?:\s+"[^"\n]{0,400}")?\)/g;
const LINK =
  /\[((?:\\.|[^\]\\\n]){0,400})\]\((?:<[^>\n]{0,2000}>|(?:\\.|[^()\s\\]|\([^()\s]{0,400}\)){0,2000})(?:\s+"[^"\n]{0,400}")?\)/g;
const LINK_OPEN = '\u0001';
const LINK_CLOSE = '\u0002';

/**
 * What a block says, without addresses and marks: whether an entry of a menu is a link or, on its own page, is not makes
 * no difference. Undefined when it says too much to be a site's.
 */
export function segmentsOf(block: string): readonly Segment[] | undefined {
  const marked = block.replace(IMAGE, '$1').replace(LINK, `${LINK_OPEN}$1${LINK_CLOSE}`);
  const segments: Segment[] = [];
  for (const line of marked.split('\n')) {
    for (const cell of line.replace(/^\s*(?:#{1,6}\s|[-*+>]\s|\d{1,9}\\?[.)]\s)+/, '').split(/(?<!\\)\|/)) {
      for (const [at, part] of cell.split(LINK_OPEN).entries()) {
        const [inside, behind] = at === 0 ? [undefined, part] : part.split(LINK_CLOSE, 2);
        // `Next: Topic 4` says what every page says, and another page's title.
        for (const piece of inside?.split(/:\s+/) ?? []) add(segments, piece, true);
        add(segments, behind ?? '', false);
      }
    }
    if (segments.length > MOST_SEGMENTS) return undefined;
  }
  // Rules and pictures without words are told apart by their signs.
  return segments.length > 0 ? segments : [{ text: block.replace(/\(.*?\)|\s+/g, '').slice(0, 80), isLink: false }];
}

function add(segments: Segment[], raw: string, isLink: boolean): void {
  const text = plain(raw);
  if (/[\p{L}\p{N}]/u.test(text)) segments.push({ text, isLink });
}

/** Words on one line without marks, and without signs around them. */
export function plain(text: string): string {
  return text
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/<br>/g, ' ')
    .replace(/[*_`\s\u00a0]+/g, ' ')
    .replace(/^[^\p{L}\p{N}(]+/u, '')
    .replace(/[\s:|·•»«›‹>,;-]+$/u, '');
}
