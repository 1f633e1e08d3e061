import { inContext, nameOf, saysNothing } from './document-name.js';
import { outline } from './markdown-outline.js';
import { type Mine, plainHeading, trimPassage } from './mined-pair.js';
import { visibleText } from './visible-text.js';

/** Headings over what nobody would ask for: legal text, tables of contents, thanks, and lists of changes by version or date. */
const FURNITURE =
  /^(?:(?:table of )?contents|toc|licen[cs](?:e|es|ing)(?: and .*)?|copyright.*|change ?log|history|releases?|contribut(?:e|ing|ors?)(?: to .*)?|code of conduct|sponsors?(?:hip)?|backers|funding|donat(?:e|ions?)|credits?|thanks?(?: you)?|acknowledge?ments?|authors?|maintainers?|badges|(?:index\.d\.ts|additional details)|[[(v]*\d+\.\d+.*|\d{4}-\d{2}-\d{2}.*)$/i;

/** Heading -> section. The document's name and the nearest telling heading stand before the heading: "Guide: Setup: Linux". */
export const mineHeadings: Mine = (document, bounds) => {
  if (document.format !== 'markdown') return [];
  const name = nameOf(document);
  return outline(document.text).flatMap((section) => {
    const heading = plainHeading(section.heading);
    if (heading.length < 3 || FURNITURE.test(heading)) return [];
    const span = trimPassage(document.text, section, bounds.maxCharacters);
    const positive = document.text.slice(span.start, span.end);
    if (visibleText(positive).length < bounds.minCharacters) return [];
    const above = section.path.map(plainHeading).findLast((part) => !saysNothing(part)) ?? '';
    const anchor = inContext(name, above, heading);
    return anchor === heading && saysNothing(heading) ? [] : [{ anchor, positive, ...span }];
  });
};
