import { headingText } from './heading-text.js';
import type { MarkdownNode } from './markdown-node.js';
import { sentenceCuts } from './text-cuts.js';

/** What a text right in front of it announces, with a colon or without. */
const ANNOUNCED: ReadonlySet<string> = new Set(['code', 'list', 'table']);

/** Markup in front of what it frames (a tab, a comment, a summary) is no longer than this. */
const LONGEST_FRAME = 300;
/** How far from its end the last sentence of a text is looked for. */
const LONGEST_SENTENCE = 600;
/** Longest sentence that goes along with what it introduces. */
const LONGEST_INTRODUCTION = 120;

/** A colon at the end of a line, whatever marks stand around it; that of `:tada:` is none. */
const COLON = /(?<!(?:^|\s):[\w+-]{1,40})[:\uff1a][\s*_~`"'”’»)\]]{0,4}$/u;
/** Closes a container of some kinds of Markdown. */
const FENCE_OF_COLONS = /^\s*:+\s*$/;
/** A line that is bold as a whole serves as a heading. */
const BOLD_LINE = /^(\*\*|__)[^\n]{1,120}\1:?$/;

/** Whether a text ends by announcing what follows. */
export function endsAnnouncing(text: string): boolean {
  const ending = text.slice(-LONGEST_FRAME).trimEnd();
  const line = ending.slice(ending.lastIndexOf('\n') + 1);
  return COLON.test(line) && !FENCE_OF_COLONS.test(line);
}

/** Whether a text is nothing but the line that opens or closes fenced code. */
export function isFence(text: string): boolean {
  return /^\s*(?:`{3,}|~{3,})[^\n]*\s*$/.test(text);
}

/**
 * Where in a block the sentence begins that announces the block behind it, so that both belong into one chunk.
 * @returns undefined for a block that announces nothing
 */
export function announcementStart(
  node: MarkdownNode,
  next: MarkdownNode | undefined,
  text: string,
): number | undefined {
  const source = text.slice(Math.max(node.start, node.end - LONGEST_FRAME), node.end);
  const isAnnounced = next !== undefined && ANNOUNCED.has(next.type);
  if (node.type === 'heading') return node.start;
  if (node.type === 'html') return isAnnounced && node.end - node.start <= LONGEST_FRAME ? node.start : undefined;
  if (node.type === 'paragraph') {
    const leads = isAnnounced || endsAnnouncing(source) || BOLD_LINE.test(text.slice(node.start, node.end));
    return leads ? lastSentence(node, text) : undefined;
  }
  if (node.type !== 'list' && node.type !== 'blockquote') return undefined;
  return next?.type === 'code' || endsAnnouncing(source) ? lastSentence(node, text) : undefined;
}

/** Start of the last sentence of a text, with the mark of the item or quotation that it opens; undefined where it ends otherwise. */
function lastSentence(node: MarkdownNode, text: string): number | undefined {
  let place = node;
  let opening = node.start;
  for (let last = place.children.at(-1); last !== undefined; last = place.children.at(-1)) {
    if (place.children.length > 1) opening = last.start;
    place = last;
  }
  if (place.type !== 'paragraph') return undefined;
  const from = Math.max(place.start, place.end - LONGEST_SENTENCE);
  return sentenceCuts(text, from, place.end).at(-1) ?? opening;
}

/** The sentence that introduces a list, table or code, without marks and ending in a colon; undefined where none does. */
export function introductionOf(
  node: MarkdownNode,
  before: { readonly node: MarkdownNode; readonly from: number | undefined } | undefined,
  text: string,
): string | undefined {
  if (before?.from === undefined || before.node.type === 'heading' || before.node.type === 'html') return undefined;
  if (!ANNOUNCED.has(node.type)) return undefined;
  const source = text.slice(before.from, before.node.end).replace(/^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])[ \t]+)+/, '');
  const words = headingText(source).replace(/[\s:\uff1a.]+$/u, '');
  if (!/[\p{L}\p{N}]/u.test(words)) return undefined;
  if (words.length <= LONGEST_INTRODUCTION) return `${words}:`;
  return endsAnnouncing(source) ? `${words.slice(0, LONGEST_INTRODUCTION).replace(/\s\S*$/, '')}:` : undefined;
}
