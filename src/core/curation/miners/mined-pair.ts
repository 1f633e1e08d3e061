import type { DocumentFormat, JsonObject } from '../../types.js';

/** Names of the miners. */
export const MINERS = [
  'headings',
  'docstrings',
  'questions',
  'issues',
  'links',
  'commits',
  'definitions',
  'alt-texts',
] as const;
/** One of {@link MINERS}. */
export type MinerName = (typeof MINERS)[number];

/** What a miner reads of a document. */
export interface MinableDocument {
  readonly uri: string;
  readonly title: string;
  readonly text: string;
  readonly format: DocumentFormat;
  readonly language: string;
  readonly category: string;
  readonly metadata: JsonObject;
}

/** A phrase and the passage that belongs to it, as the document's author put them together. */
export interface MinedPair {
  readonly anchor: string;
  readonly positive: string;
  /** Span of the positive in the document's text; for a link the span of the link, since its target is elsewhere. */
  readonly start: number;
  readonly end: number;
  /** Address as written, when the positive is the opening of another document; `positive` is then empty. */
  readonly target?: string;
}

/** Bounds on what counts as a pair. */
export interface MiningBounds {
  /** Shortest and longest positive, in characters. */
  readonly minCharacters: number;
  readonly maxCharacters: number;
}

/** A good passage is a paragraph to a section. */
export const MINING_BOUNDS: MiningBounds = { minCharacters: 80, maxCharacters: 2_000 };

/** Finds pairs in one document. */
export type Mine = (document: MinableDocument, bounds: MiningBounds) => MinedPair[];

/** Trims a span to what is not white space, and cuts it at the last paragraph, line or word end before `maxCharacters`. */
export function trimSpan(
  text: string,
  span: { readonly start: number; readonly end: number },
  maxCharacters: number,
): { readonly start: number; readonly end: number } {
  let { start, end } = span;
  while (start < end && /\s/.test(text[start] ?? '')) start++;
  if (end - start > maxCharacters) end = cutBefore(text, start, start + maxCharacters);
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
  return { start, end };
}

function cutBefore(text: string, start: number, end: number): number {
  const window = text.slice(start, end);
  for (const mark of ['\n\n', '\n', ' ']) {
    const at = window.lastIndexOf(mark);
    if (at > window.length / 2) return start + at;
  }
  // A cut must not fall into a surrogate pair.
  return /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end;
}

/** Lines that carry no text: rules, comments, lone tags, definitions of links, badges. */
const NOISE =
  /^\s*(?:(?:[-*_]\s*){3,}|<!--.*-->|(?:<\/?[a-z][^<>]*>\s*)+|\[[^\]]+\]:\s*\S.*|(?:\[?!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?(?:\](?:\([^)]*\)|\[[^\]]*\]))?\s*)+)?\s*$/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;

/**
 * As {@link trimSpan}, and lines of Markdown that carry no text are left out at both ends; at the end also headings, and
 * a paragraph that announces what stands elsewhere.
 */
export function trimPassage(
  text: string,
  span: { readonly start: number; readonly end: number },
  maxCharacters: number,
): { readonly start: number; readonly end: number } {
  let { start } = span;
  for (;;) {
    const lineEnd = text.indexOf('\n', start);
    if (lineEnd < 0 || lineEnd >= span.end || !NOISE.test(text.slice(start, lineEnd))) break;
    start = lineEnd + 1;
  }
  let trimmed = trimSpan(text, { start, end: span.end }, maxCharacters);
  for (;;) {
    const lineStart = text.lastIndexOf('\n', trimmed.end - 1) + 1;
    const line = text.slice(lineStart, trimmed.end);
    const isAnnouncement = /[:\uff1a][*_]*$/.test(line);
    if (trimmed.end <= trimmed.start) return trimmed;
    if (!isAnnouncement && (lineStart <= trimmed.start || !(NOISE.test(line) || HEADING.test(line)))) return trimmed;
    const end = isAnnouncement ? lastBlockStart(text, trimmed) : lineStart;
    trimmed = trimSpan(text, { start: trimmed.start, end }, maxCharacters);
  }
}

/** Where the paragraph or list item begins that the passage ends with. */
function lastBlockStart(text: string, { start, end }: { readonly start: number; readonly end: number }): number {
  let at = end;
  for (;;) {
    const lineStart = text.lastIndexOf('\n', at - 1) + 1;
    if (lineStart <= start) return start;
    const line = text.slice(lineStart, at);
    if (line.trim() === '' || /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) return lineStart;
    at = lineStart - 1;
  }
}

/** Longest phrase read, in characters; a longer line is no heading. */
const MAX_PHRASE = 1_000;

/** A phrase on one line, without Markdown's marks. Images are left out where other words remain. */
export function plainPhrase(line: string): string {
  const markdown = line.slice(0, MAX_PHRASE);
  return withoutMarks(markdown.replace(/!\[[^\][]*\](?:\([^)]*\)|\[[^\]]*\])?/g, ' ')) || withoutMarks(markdown);
}

/** Number of a section before its name (`2. Setup`, `3.1 Mounting`); a version has no name, or only the sort of its release. */
const SECTION_NUMBER =
  /^(?:\d{1,3}[.)]|\d{1,2}(?:\.\d{1,2}){1,4}[.)]?)\s+(?=\p{L})(?!(?:alpha|beta|rc|pre|final|stable|(?:un)?released?)\b)/iu;

/** A heading as a phrase: without Markdown's marks, the number of its section and a colon at its end. */
export function plainHeading(line: string): string {
  return plainPhrase(line)
    .replace(SECTION_NUMBER, '')
    .replace(/\s*[:\uff1a]$/, '');
}

function withoutMarks(markdown: string): string {
  return markdown
    .replace(/!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?/g, '$1')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<[^<>]{1,200}>/g, ' ')
    .replace(/[`*]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\{\s*[#/][^}]*\}/g, '')
    .replace(/^(?:\p{So}|\p{Sk}|\uFE0F|\u200D|\s)+/u, '')
    .replace(/\s+/g, ' ')
    .trim();
}
