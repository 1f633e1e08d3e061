import { parseTidyHtml } from './html-dom.js';
import { mainContent } from './html-main.js';
import { readPageMetadata } from './html-metadata.js';
import { tidyHtml } from './html-tidy.js';
import { htmlToMarkdown } from './html-to-markdown.js';
import type { ParsedBody } from './parsed-document.js';

/** Reads an HTML page: its main content as Markdown, and what it says of itself. Scripts never run. */
export function parseHtml(source: string, uri: string): ParsedBody {
  const tidy = tidyHtml(source);
  const document = parseTidyHtml(tidy.html);
  const head = readPageMetadata(document, uri, tidy.jsonLd);
  const heading =
    document
      .querySelector('h1')
      ?.textContent?.replace(/\s+/g, ' ')
      .replace(/[\s¶#§]+$/, '')
      .trim() ?? '';
  const content = htmlToMarkdown(mainContent(document), head.base);
  // A page's first heading often stands outside its main element, and Readability turns it into a second-level one.
  const text =
    heading === '' || content === '' || /^# /m.test(content)
      ? content
      : `# ${heading}\n\n${withoutRepeated(content, heading)}`;
  return {
    text,
    format: 'markdown',
    title: head.title,
    language: head.language,
    licence: head.licence,
    modifiedAt: head.modifiedAt,
    tags: head.tags,
    metadata: head.metadata,
    links: head.links,
    page: head.page,
  };
}

function withoutRepeated(content: string, heading: string): string {
  const first = `## ${heading}\n`;
  return content.startsWith(first) ? content.slice(first.length).trimStart() : content;
}

/** Reads an HTML fragment that is all content, such as what a DOCX file was converted to. */
export function fragmentToMarkdown(fragment: string, base: string): string {
  return htmlToMarkdown(parseTidyHtml(tidyHtml(fragment).html).body, base);
}
