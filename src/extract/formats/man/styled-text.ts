import { inlineCode } from '../html-code.js';

/** Roman, bold, italic, or a fixed-width font of code. */
export type Font = 'R' | 'B' | 'I' | 'C';

/** A stretch of text in one font. */
export interface Run {
  readonly text: string;
  readonly font: Font;
}

interface Word {
  text: string;
  /** Fonts of its characters, one letter each. */
  fonts: string;
}

const REFERENCE = /^[([]?[\w.+:@-]{1,80}\(\d\w{0,6}\)[,.;:)\]]*$/;

/** Text of runs without their fonts. */
export function plainText(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('');
}

/**
 * Runs as inline Markdown. What a page sets in bold is what is typed (options, commands, names): it becomes code where it looks
 * like code, and bold where it is words; a word that mixes fonts (`--file=` and a name) is one piece. Italics are placeholders
 * and stay plain, so are references to other pages. White space is collapsed, line ends stay.
 */
export function inlineMarkdown(runs: readonly Run[]): string {
  return wordLines(runs)
    .map((words) => joinWords(words))
    .filter((line) => line !== '')
    .join('\n');
}

function wordLines(runs: readonly Run[]): Word[][] {
  const lines: Word[][] = [[]];
  let word: Word | undefined;
  for (const run of runs) {
    for (const part of run.text.split(/(\s+)/)) {
      if (part === '') continue;
      if (/^\s/.test(part)) {
        word = undefined;
        if (part.includes('\n')) lines.push([]);
      } else if (word === undefined) {
        word = { text: part, fonts: run.font.repeat(part.length) };
        lines.at(-1)?.push(word);
      } else {
        word.text += part;
        word.fonts += run.font.repeat(part.length);
      }
    }
  }
  return lines;
}

function joinWords(words: readonly Word[]): string {
  const parts: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined) break;
    let end = at + 1;
    if (isLiteral(word)) {
      while (end < words.length && isBoldBetween(words[end - 1], words[end])) end++;
      parts.push(literal(words.slice(at, end)));
    } else parts.push(word.text);
    at = end;
  }
  return parts.join(' ');
}

function isLiteral(word: Word): boolean {
  return /[BC]/.test(word.fonts) && !REFERENCE.test(word.text) && /[^\s()[\]{}.,;:|]/.test(word.text);
}

/** Whether two neighbouring words are one literal: both end and begin in the same bold or fixed font. */
function isBoldBetween(left: Word | undefined, right: Word | undefined): boolean {
  if (left === undefined || right === undefined || !isLiteral(right)) return false;
  const end = left.fonts.at(-1);
  return (end === 'B' || end === 'C') && end === right.fonts[0];
}

/** Words of one literal, punctuation in roman around them left outside. */
function literal(words: readonly Word[]): string {
  const text = words.map((word) => word.text).join(' ');
  const fonts = words.map((word) => word.fonts).join(words[0]?.fonts.includes('C') === true ? 'C' : 'B');
  let start = 0;
  while (start < text.length && fonts[start] === 'R' && /[("'“‘[,|]/.test(text[start] ?? '')) start++;
  let end = text.length;
  while (end > start && /[RI]/.test(fonts[end - 1] ?? '') && isOutside(text.slice(start, end))) end--;
  const core = text.slice(start, end);
  const isCode = fonts.includes('C') || looksLikeCode(core);
  return text.slice(0, start) + (isCode ? inlineCode(core) : `**${core}**`) + text.slice(end);
}

/** Whether the last character is punctuation behind a literal, and not the end of a bracket in it. */
function isOutside(text: string): boolean {
  const open = { ')': '(', ']': '[' }[text.slice(-1)];
  if (open !== undefined) return text.split(open).length < text.split(text.slice(-1)).length;
  if (/["']$/.test(text)) return text.split(text.slice(-1)).length % 2 === 0;
  return /[”’,.;:|!?]$/.test(text);
}

function looksLikeCode(text: string): boolean {
  if (/(?:^|\s)[-$/.~<>{}|&%#@*]|[_=/<>{}\\$^|]|\w[.:]\w|\(\)/.test(text)) return true;
  return !text.includes(' ') && /^[a-z\d]/.test(text);
}
