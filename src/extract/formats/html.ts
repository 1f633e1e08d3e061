import { unwrapLabels } from './html-buttons.js';
import { type HtmlDocument, parseTidyHtml } from './html-dom.js';
import { mainContent } from './html-main.js';
import { oneLine, readPageMetadata } from './html-metadata.js';
import { tidyHtml } from './html-tidy.js';
import { htmlToMarkdown } from './html-to-markdown.js';
import type { ParsedBody } from './parsed-document.js';

/** Reads an HTML page: its main content as Markdown, and what it says of itself. Scripts never run. */
export function parseHtml(source: string, uri: string): ParsedBody {
  const tidy = tidyHtml(source);
  const document = parseTidyHtml(tidy.html);
  const head = readPageMetadata(document, uri, tidy.jsonLd);
  unwrapLabels(document);
  const outside = outerHeading(document);
  const main = mainContent(document);
  const inside = oneLine((main.querySelector('h1') ?? main.querySelector('h2'))?.textContent);
  const title = titleOf(head.title, [inside, outside]);
  const content = htmlToMarkdown(main, head.base);
  return {
    text: withHeading(content, title === outside ? outside : ''),
    format: 'markdown',
    title,
    titles: head.title === '' ? [] : [head.title],
    language: head.language,
    licence: head.licence,
    modifiedAt: head.modifiedAt,
    tags: head.tags,
    metadata: head.metadata,
    links: head.links,
    page: head.page,
  };
}

/** "Page | Section | Site" is shortened to the part that one of the headings repeats. */
function titleOf(title: string, headings: readonly string[]): string {
  const lower = title.toLowerCase();
  const repeated = headings.find((heading) => heading.length >= 3 && lower.includes(heading.toLowerCase()));
  return repeated ?? (title || (headings.find((heading) => heading !== '') ?? ''));
}

/** The page's only first-level heading, unless it stands in a banner, where it names the site. */
function outerHeading(document: HtmlDocument): string {
  const found = [...document.querySelectorAll('h1')];
  const heading = found.length === 1 ? found[0] : undefined;
  if (heading === undefined) return '';
  const banner = heading.closest('header, nav, [role="banner"], [role="navigation"]');
  return banner === null || banner.closest('main, article') !== null ? oneLine(heading.textContent) : '';
}

/** Puts a page's heading first when the content lacks it: it may stand outside of the main element. */
function withHeading(content: string, heading: string): string {
  if (heading === '' || content === '' || /^# /m.test(content)) return content;
  const first = `## ${heading}\n`;
  return `# ${heading}\n\n${content.startsWith(first) ? content.slice(first.length).trimStart() : content}`;
}

/** Reads an HTML fragment that is all content, such as what a DOCX file was converted to. */
export function fragmentToMarkdown(fragment: string, base: string): string {
  return htmlToMarkdown(parseTidyHtml(tidyHtml(fragment).html).body, base);
}
