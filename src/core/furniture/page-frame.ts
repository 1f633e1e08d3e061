import { sha256 } from '../identity.js';
import { type PageBlock, pageBlocks, plain, segmentsOf } from './page-blocks.js';

/** What of a page is remembered to tell what is the site's: its first and last blocks and its titles, as hashes. */
export interface PageFrame {
  /** One token for each block: `h`, `t` or `f` (see {@link PageBlock}), then its segments. */
  readonly blocks: readonly string[];
  /** Blocks of the page that are not remembered, behind the first {@link HEAD_BLOCKS}; 0 when all are. */
  readonly gap: number;
  /** Keys of the titles that the page could have, best first. */
  readonly titles: readonly string[];
}

/** A page with what a frame's positions stand for. */
export interface FramedPage {
  readonly frame: PageFrame;
  /** Every block of the page. */
  readonly blocks: readonly PageBlock[];
  /** The titles whose keys the frame has. */
  readonly titles: readonly string[];
}

/** Blocks that are remembered of a page's beginning and end. */
export const HEAD_BLOCKS = 16;
const FOOT_BLOCKS = 10;
const KEY_LENGTH = 12;
/** A segment in a token: `l` or `p`, how often the page has said it so far, its key. */
const SEGMENT_LENGTH = KEY_LENGTH + 2;
const MOST_TIMES = 9;
const MOST_HEADINGS = 4;
const LONGEST_TITLE = 300;

/** Frames a page. `titles`: the page's title first, then others that it gives itself. */
export function framePage(text: string, titles: readonly string[]): FramedPage {
  const blocks = pageBlocks(text);
  const gap = Math.max(0, blocks.length - HEAD_BLOCKS - FOOT_BLOCKS);
  const kept = gap === 0 ? blocks : [...blocks.slice(0, HEAD_BLOCKS), ...blocks.slice(HEAD_BLOCKS + gap)];
  const seen = new Map<string, number>();
  const tokens = kept.map((block) => tokenOf(text.slice(block.start, block.end), block.kind, seen));
  const all = titlesOf(text, blocks, titles);
  return { frame: { blocks: tokens, gap, titles: all.map(keyOf) }, blocks, titles: all };
}

/** A segment that a page says twice counts as another the second time, so that a list of contents is no menu above it. */
function tokenOf(text: string, kind: PageBlock['kind'], seen: Map<string, number>): string {
  const segments = kind === 'fixed' ? undefined : segmentsOf(text);
  if (segments === undefined) return 'f';
  const keys = segments.map((segment) => {
    const times = Math.min(MOST_TIMES, (seen.get(segment.text) ?? 0) + 1);
    seen.set(segment.text, times);
    return `${segment.isLink ? 'l' : 'p'}${times}${keyOf(segment.text)}`;
  });
  return (kind === 'heading' ? 'h' : 't') + keys.join('');
}

/** The page's title, then what it could be called instead: headings that its other titles hold, those titles, other headings. */
function titlesOf(text: string, blocks: readonly PageBlock[], [title = '', ...others]: readonly string[]): string[] {
  const headings = blocks
    .filter(({ kind }) => kind === 'heading')
    .slice(0, MOST_HEADINGS)
    .map(({ start, end }) => plain(text.slice(start, end).replace(/^#+ /, '')));
  const isNamed = (heading: string): boolean => heading.length > 2 && others.some((other) => other.includes(heading));
  const all = [title, ...headings.filter(isNamed), ...others, ...headings.filter((heading) => !isNamed(heading))];
  return [...new Set(all)].filter((one) => one !== '' && one.length <= LONGEST_TITLE);
}

/** A segment of a block's token. */
export interface FrameSegment {
  /** Of its text. */
  readonly key: string;
  /** Of its text and how often the page has said it so far. */
  readonly place: string;
  readonly isLink: boolean;
}

/** The segments of a block's token. */
export function segmentsIn(token: string): readonly FrameSegment[] {
  const segments: FrameSegment[] = [];
  for (let at = 1; at < token.length; at += SEGMENT_LENGTH) {
    const place = token.slice(at + 1, at + SEGMENT_LENGTH);
    segments.push({ key: place.slice(1), place, isLink: token[at] === 'l' });
  }
  return segments;
}

/** 48 bits of a text's sha256, as hex digits: what differs by chance only costs a block that stays. */
function keyOf(text: string): string {
  return sha256(text).slice(0, KEY_LENGTH);
}
