import { mapProseLines } from './prose-lines.js';
import { subscript, superscript } from './raised-text.js';

/** Code, fenced or in a line, and the tags of raised text. */
const TAGS = /(`+)[^`]*\1|<(sup|sub)>([^<>[\]`\n]{1,60})<\/\2>/gi;

/** Markdown in which `<sup>` and `<sub>` outside of code are written as text; lines stay. */
export function writeRaisedTags(markdown: string): string {
  if (!/<su[pb]>/i.test(markdown)) return markdown;
  return mapProseLines(markdown, (line) =>
    line.replace(TAGS, (whole, ...found: (string | undefined)[]) => {
      const [, tag, content = '', at] = found;
      if (tag === undefined) return whole;
      const before = line.slice(0, Number(at));
      return tag.toLowerCase() === 'sup' ? superscript(before, content) : subscript(before, content);
    }),
  );
}
