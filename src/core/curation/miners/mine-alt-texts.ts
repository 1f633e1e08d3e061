import { splitLines, type TextLine } from './markdown-outline.js';
import { type Mine, type MinedPair, plainPhrase, trimSpan } from './mined-pair.js';

const IMAGE = /!\[(?<alt>[^\]\n]{12,300})\]\((?<src>[^)\s]{1,1000})(?:\s+"(?<title>[^"]*)")?\)/g;
/** Descriptions of badges and decoration. */
const DECORATION = /\b(?:badge|logo|icon|build status|coverage|screenshot\s*\d*|shields\.io|license)\b/i;

/** Image description -> the paragraph before or behind the image, whichever shares more words with it. */
export const mineAltTexts: Mine = (document, bounds) => {
  if (document.format !== 'markdown') return [];
  const pairs: MinedPair[] = [];
  const lines = splitLines(document.text);
  for (const [at, line] of lines.entries()) {
    if (line.isCode) continue;
    for (const match of line.text.matchAll(IMAGE)) {
      const anchor = plainPhrase(match.groups?.['alt'] ?? '');
      if (!anchor.includes(' ') || DECORATION.test(anchor) || /shields\.io|badge/.test(match.groups?.['src'] ?? ''))
        continue;
      const span = neighbourOf(lines, at, anchor, document.text);
      if (span === undefined) continue;
      const trimmed = trimSpan(document.text, span, bounds.maxCharacters);
      if (trimmed.end - trimmed.start < bounds.minCharacters) continue;
      pairs.push({ anchor, positive: document.text.slice(trimmed.start, trimmed.end), ...trimmed });
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
  const words = new Set(anchor.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  const shared = (span: { start: number; end: number }): number =>
    (
      text
        .slice(span.start, span.end)
        .toLowerCase()
        .match(/\p{L}{4,}/gu) ?? []
    ).filter((word) => words.has(word)).length;
  const [best] = spans.sort((a, b) => shared(b) - shared(a));
  return best;
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
