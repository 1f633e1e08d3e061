import { outline } from './markdown-outline.js';
import { type Mine, plainPhrase, trimSpan } from './mined-pair.js';

/** Headings that say nothing of what stands under them. */
const EMPTY_HEADING =
  /^(?:overview|introduction|intro|example|examples|usage|notes?|see also|references?|summary|description|contents|table of contents|more|details|background|conclusion|changelog|license|licence|\d[\d.]*)$/i;

/** Heading -> section. The title and the headings above stand before the heading: "Guide: Setup: Linux". */
export const mineHeadings: Mine = (document, bounds) => {
  if (document.format !== 'markdown') return [];
  return outline(document.text).flatMap((section) => {
    const heading = plainPhrase(section.heading);
    if (heading.length < 3) return [];
    const span = trimSpan(document.text, section, bounds.maxCharacters);
    if (span.end - span.start < bounds.minCharacters) return [];
    const above = [document.title, ...section.path.map(plainPhrase)].filter((part) => part !== '' && part !== heading);
    const path = [...new Set([...above.slice(-2), heading])];
    if (EMPTY_HEADING.test(heading) && path.length === 1) return [];
    return [{ anchor: path.join(': '), positive: document.text.slice(span.start, span.end), ...span }];
  });
};
