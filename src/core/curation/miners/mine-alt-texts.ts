import { splitLines, type TextLine } from './markdown-outline.js';
import { type Mine, type MinedPair, plainPhrase, trimSpan } from './mined-pair.js';
import { visibleText } from './visible-text.js';

const IMAGE = /(?<!\[)!\[(?<alt>[^\]\n]{12,300})\]\((?<src>[^)\s]{1,1000})(?:\s+"(?<title>[^"]*)")?\)/g;
/** Descriptions of badges and decoration. */
const DECORATION =
  /\b(?:badge|logo|icon|build status|coverage|screenshot\s*\d*|shields\.io|license|status|version|sponsors?|banner)\b/i;

/** Image description -> the paragraph before or behind the image, whichever shares more words with it; one must be shared. */
export const mineAltTexts: Mine = (document, bounds) => {
  if (document.format !== 'markdown') return [];
  const pairs: MinedPair[] = [];
  const lines = splitLines(document.text);
  for (const [at, line] of lines.entries()) {
    if (line.isCode) continue;
    for (const match of line.text.matchAll(IMAGE)) {
      const anchor = plainPhrase(match.groups?.['alt'] ?? '');
      if (wordsOf(anchor).size < 2 || DECORATION.test(anchor) || /shields\.io|badge/.test(match.groups?.['src'] ?? ''))
        continue;
      const span = neighbourOf(lines, at, anchor, document.text);
      if (span === undefined) continue;
      const trimmed = trimSpan(document.text, span, bounds.maxCharacters);
      const positive = document.text.slice(trimmed.start, trimmed.end);
      if (visibleText(positive).length >= bounds.minCharacters) pairs.push({ anchor, positive, ...trimmed });
    }
  }
  return pairs;
};

function neighbourOf(
  lines: readonly TextLine[],
  at: number,
  anchor: string,
  text: string,
): { start: number; end: number } | undefined {
  const spans = [paragraphAt(lines, at, -1), paragraphAt(lines, at, 1)].filter((span) => span !== undefined);
  const words = wordsOf(anchor);
  const rated = spans.map((span) => ({
    span,
    shared: [...wordsOf(text.slice(span.start, span.end))].filter((word) => words.has(word)).length,
  }));
  const [best] = rated.sort((a, b) => b.shared - a.shared);
  return best === undefined || best.shared === 0 ? undefined : best.span;
}

/** Words of four letters and more. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
}

/** The nearest paragraph of prose in a direction, passing over empty lines but not over headings. */
function paragraphAt(
  lines: readonly TextLine[],
  from: number,
  step: 1 | -1,
): { start: number; end: number } | undefined {
  let at = from + step;
  while (lines[at]?.text.trim() === '') at += step;
  const isProse = (line: TextLine | undefined): line is TextLine =>
    line !== undefined && !line.isCode && line.text.trim() !== '' && !/^\s{0,3}(?:#|!\[|\||>|[-*+]\s)/.test(line.text);
  const first = lines[at];
  if (!isProse(first)) return undefined;
  let last = first;
  for (let next = at + step; ; next += step) {
    const line = lines[next];
    if (!isProse(line)) break;
    last = line;
  }
  return step === 1 ? { start: first.start, end: last.end } : { start: last.start, end: first.end };
}
