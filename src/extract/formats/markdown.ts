import { readFrontMatter } from './front-matter.js';
import type { ParsedBody } from './parsed-document.js';
import { countBareImages } from './prose-lines.js';
import { writeRaisedTags } from './raised-tags.js';

/**
 * Reads Markdown or MDX. The text stays as it is, front matter included, so that lines are those of the file; only the tags of
 * exponents and indices become text (`10<sup>-6</sup>` reads `10^-6`).
 */
export function parseMarkdown(text: string): ParsedBody {
  const front = readFrontMatter(text);
  const images = countBareImages(text);
  return {
    text: text.slice(0, front.bodyStart) + writeRaisedTags(text.slice(front.bodyStart)),
    format: 'markdown',
    title: front.title || firstHeading(text.slice(front.bodyStart)),
    tags: front.tags,
    category: front.category,
    language: front.language,
    licence: front.licence,
    modifiedAt: front.modifiedAt,
    metadata: front.metadata,
    ...(images === 0 ? {} : { losses: { image: images } }),
  };
}

const MAX_LINES = 2000;

/**
 * Plain text of a Markdown document's first top-level heading (ATX, setext or HTML), else of its first heading of any
 * level; empty without one. Fenced code and comments are passed over. Looks at the first 2,000 lines.
 */
export function firstHeading(text: string): string {
  let fence = '';
  let previous = '';
  let fallback = '';
  const lines = text.slice(0, 400_000).split('\n', MAX_LINES);
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== '') {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = '';
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    const atx = /^ {0,3}(#{1,6})[ \t]+(.*)$/.exec(line);
    const title = plainInline((atx?.[2] ?? '').replace(/[ \t]+#+[ \t]*$/, ''));
    if (atx !== null && title !== '') {
      if (atx[1] === '#') return title;
      fallback = fallback || title;
    }
    if (/^ {0,3}=+[ \t]*$/.test(line) && previous.trim() !== '') return plainInline(previous);
    const html = /<h1\b[^>]{0,300}>(.{1,300}?)<\/h1>/i.exec(line)?.[1];
    if (html !== undefined && plainInline(html) !== '') return plainInline(html);
    previous = line;
  }
  return fallback;
}

const IMAGE = /!\[[^\][]*\](?:\([^)]*\)|\[[^\]]*\])?/g;

/** Text of inline Markdown without its marks: links become their text, so do images that stand alone, HTML tags go. */
export function plainInline(source: string): string {
  const start = source.slice(0, 1000);
  return withoutMarks(start.replace(IMAGE, ' ')) || withoutMarks(start);
}

function withoutMarks(source: string): string {
  return source
    .replace(/!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?/g, '$1')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<[^<>]*>/g, '')
    .replace(/\s*\{#[\w-]+\}\s*$/, '')
    .replace(/(\*\*|__|~~|`+)(?=\S)([\s\S]*?\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_]*?\S)\2(?=$|[\s).,:;!?])/g, '$1$3')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
