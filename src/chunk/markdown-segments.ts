/** A part of a Markdown text that is read on its own. */
export interface MarkdownSegment {
  readonly start: number;
  readonly end: number;
  /** True where parsing could take more than linear time; such a part is read as plain text. */
  readonly isHostile: boolean;
}

/** Length from which a segment ends at the next heading: keeps memory small and lets other work in between. */
const WANTED_LENGTH = 16 * 1024;

/** Length from which a segment ends at the next top-level line when no heading comes. */
const LARGE_LENGTH = 32 * 1024;

/** Longest segment that is parsed. */
const LONGEST_PARSED = 256 * 1024;

/** Longest line outside fenced code that is parsed. */
const LONGEST_LINE = 64 * 1024;

/** Deepest nesting of quotations and lists on one line that is parsed; each level costs time on every line. */
const DEEPEST_LINE = 40;

/**
 * Lines in lists, quotations and setext headings, for which the parser takes time in the square of their number: how many end a
 * segment at the next top-level line, and how many are parsed at most.
 */
const WANTED_BUSY_LINES = 400;
const MOST_BUSY_LINES = 1500;

/**
 * Cuts a text, outside fenced code and before headings (or other top-level lines), into segments that can be parsed one by one. Lines
 * that must not be parsed become segments of their own. Looks at each line once.
 */
export function segmentMarkdown(text: string): MarkdownSegment[] {
  const segments: MarkdownSegment[] = [];
  let start = 0;
  let fence = '';
  let busyLines = 0;
  let before: LineKind = 'blank';
  const close = (end: number, isHostile = end - start > LONGEST_PARSED || busyLines > MOST_BUSY_LINES): void => {
    const last = segments.at(-1);
    if (end > start && last?.isHostile && isHostile) segments[segments.length - 1] = { ...last, end };
    else if (end > start) segments.push({ start, end, isHostile });
    start = end;
    busyLines = 0;
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const next = newline === -1 ? text.length : newline + 1;
    const opening = text.slice(at, Math.min(next, at + LINE_OPENING));
    fence = fenceAfter(opening, fence);
    const kind: LineKind = fence === '' ? kindOf(opening, before) : 'other';
    if (fence === '' && (next - at > LONGEST_LINE || nesting(opening) > DEEPEST_LINE)) {
      close(at);
      close(next, true);
    } else if (fence === '' && isCutWanted({ length: at - start, busyLines, opening, before })) close(at);
    if (kind === 'busy') busyLines++;
    before = kind;
    at = next;
  }
  close(text.length);
  return segments;
}

type LineKind = 'blank' | 'busy' | 'other';

/** A line is busy when it opens or underlines something, or goes on with such a line. */
function kindOf(opening: string, before: LineKind): LineKind {
  if (/^\s*$/.test(opening)) return 'blank';
  return before === 'busy' || /^[ \t]*(?:>|[*+-][ \t]|\d{1,9}[.)][ \t]|(?:=+|-+)\s*$)/.test(opening) ? 'busy' : 'other';
}

interface Place {
  readonly length: number;
  readonly busyLines: number;
  readonly opening: string;
  readonly before: LineKind;
}

function isCutWanted({ length, busyLines, opening, before }: Place): boolean {
  const isFull = length >= LARGE_LENGTH || busyLines >= WANTED_BUSY_LINES;
  if (isFull && (/^(?:[*+-]|\d{1,9}[.)])[ \t]/.test(opening) || (before === 'blank' && /^\S/.test(opening))))
    return true;
  return (isFull || length >= WANTED_LENGTH) && /^#{1,6}[ \t]/.test(opening);
}

/** How much of a line is looked at for its markers. */
const LINE_OPENING = 512;

/** The fence that is open after this line, given the one open before it; empty for none. */
function fenceAfter(line: string, open: string): string {
  const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/s.exec(line);
  const marks = fence?.[1] ?? '';
  if (marks === '') return open;
  if (open === '') return marks.startsWith('`') && fence?.[2]?.includes('`') ? '' : marks;
  return marks.startsWith(open) && /^\s*$/.test(fence?.[2] ?? '') ? '' : open;
}

function nesting(line: string): number {
  const markers = /^(?:[ \t]*(?:>|[*+-](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/.exec(line)?.[0] ?? '';
  // A line of one sign alone (`- - - -`) is a rule, not a nest of lists.
  if (markers === '' || /^[ \t]*([*+-])(?:[ \t]*\1)*[ \t]*$/.test(line)) return 0;
  return markers.match(/>|[*+-]|\d+[.)]/g)?.length ?? 0;
}
