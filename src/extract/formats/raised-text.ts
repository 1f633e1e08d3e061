import { mapProseLines } from './prose-lines.js';

/** A superscript as text that search finds: `^2`, `^−6`, `^(n/2)`; the letters of an ordinal (`1st`) stay as they are. */
export function raisedText(content: string): string {
  const text = content.trim();
  if (text === '' || /^(?:st|nd|rd|th)$/.test(text)) return text;
  return isOne(text) ? `^${text}` : `^(${text})`;
}

/** A subscript as text: figures stand as in `H2O`, all else is marked (`x_i`, `x_(n+1)`). */
export function loweredText(content: string): string {
  const text = content.trim();
  if (text === '' || /^\p{N}+$/u.test(text)) return text;
  return isOne(text) ? `_${text}` : `_(${text})`;
}

/** Whether text needs no brackets to stay one: a number or a word with a sign, or what has brackets of its own. */
function isOne(text: string): boolean {
  return /^(?:[-+−±]?[\p{L}\p{N}]+(?:[.,]\p{N}+)?[-+−*]?|[-+−*]|\([^()]*\)|\$[^$]*\$|`[^`]*`)$/u.test(text);
}

/** Code, fenced or in a line, and the tags of raised text. */
const TAGS = /(`+)[^`]*\1|<(sup|sub)>([^<>[\]`\n]{1,60})<\/\2>/gi;

/** Markdown in which `<sup>` and `<sub>` outside of code are written as text; lines stay. */
export function writeRaisedTags(markdown: string): string {
  if (!/<su[pb]>/i.test(markdown)) return markdown;
  return mapProseLines(markdown, (line) =>
    line.replace(TAGS, (whole, _code: string | undefined, tag?: string, content?: string) => {
      if (tag === undefined) return whole;
      return tag.toLowerCase() === 'sup' ? raisedText(content ?? '') : loweredText(content ?? '');
    }),
  );
}
