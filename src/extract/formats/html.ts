import { unwrapLabels } from './html-buttons.js';
import { findAll, type HtmlDocument } from './html-dom.js';
import { revealPanels } from './html-hidden.js';
import { mainContent } from './html-main.js';
import { readPageMetadata } from './html-metadata.js';
import { dropSiteHeading, outerHeading, titleOf } from './html-title.js';
import { htmlToMarkdown } from './html-to-markdown.js';
import { readHtml } from './html-tree.js';
import { LossCounter } from './loss-counter.js';
import type { ParsedBody } from './parsed-document.js';

/** A page with scripts and no more text than this is an empty frame that they fill. */
const MAX_SHELL_TEXT = 200;

/** Reads an HTML page: its main content as Markdown, and what it says of itself. Scripts never run. */
export function parseHtml(source: string, uri: string): ParsedBody {
  const document = readHtml(source);
  const { base, title: stated, ...head } = readPageMetadata(document, uri);
  revealPanels(document.body);
  unwrapLabels(document.body);
  const outside = outerHeading(document);
  const main = mainContent(document);
  const inside = findAll(main, ({ localName }) => /^h[1-6]$/.test(localName));
  const siteName = String(head.metadata['siteName'] ?? '');
  const title = titleOf({ title: stated, siteName, inside, outside });
  dropSiteHeading(main, title, stated);
  const losses = new LossCounter();
  const content = htmlToMarkdown(main, { base, losses });
  if (isShell(document, content)) losses.add('script');
  return {
    ...head,
    text: withHeading(content, title === outside ? outside : ''),
    format: 'markdown',
    title,
    titles: stated === '' ? [] : [stated],
    losses: losses.toLosses(),
  };
}

/** Whether the page's text comes only when its scripts run. */
function isShell(document: HtmlDocument, content: string): boolean {
  return document.hasScripts && content.length <= MAX_SHELL_TEXT && document.asksForScripts;
}

/** Puts a page's heading first when the content lacks it: it may stand outside of the main element. */
function withHeading(content: string, heading: string): string {
  if (heading === '' || content === '' || /^# /m.test(content)) return content;
  const first = `## ${heading}\n`;
  return `# ${heading}\n\n${content.startsWith(first) ? content.slice(first.length).trimStart() : content}`;
}

/** Reads an HTML fragment that is all content, such as what a DOCX file was converted to. */
export function fragmentToMarkdown(fragment: string, base: string): string {
  return htmlToMarkdown(readHtml(fragment).body, { base, losses: new LossCounter() });
}
