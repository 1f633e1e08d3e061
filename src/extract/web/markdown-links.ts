import { normalizeUrl } from '../../core/normalize-url.js';

const FENCE = /^ {0,3}(`{3,16}|~{3,16})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|$(?![\s\S]))/gm;
const CODE_SPAN = /(`{1,4})[^`\n]+\1/g;
const INLINE = /(!?)\[(?:[^[\]\n]|\[[^[\]\n]*\])*\]\(\s*<?((?:[^()\s<>]|\([^()\s<>]*\))+)>?/g;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s<>]+)>?/gm;
const AUTOLINK = /<(https?:\/\/[^\s<>]+)>/g;

/** Normalised link targets of a Markdown text (inline, reference definitions, autolinks), in order, each once. No images, no code. */
export function markdownLinks(text: string, base: string): string[] {
  const prose = text.replace(FENCE, '').replace(CODE_SPAN, '');
  const found: { at: number; href: string }[] = [];
  for (const match of prose.matchAll(INLINE)) {
    if (match[1] === '') found.push({ at: match.index, href: match[2] ?? '' });
  }
  for (const pattern of [DEFINITION, AUTOLINK]) {
    for (const match of prose.matchAll(pattern)) found.push({ at: match.index, href: match[1] ?? '' });
  }
  found.sort((one, other) => one.at - other.at);
  return [...new Set(found.flatMap(({ href }) => normalizeUrl(href, base) ?? []))];
}
