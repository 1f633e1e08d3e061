import { announcementStart, introductionOf } from './announcements.js';
import { headingText } from './heading-text.js';
import type { MarkdownNode } from './markdown-node.js';
import { segmentMarkdown } from './markdown-segments.js';
import { parseMarkdown } from './markdown-tree.js';
import type { Block, Section } from './section.js';
import { moveNode } from './simple-blocks.js';

/**
 * Reads a Markdown text as sections, one for each heading, made of its top-level blocks. Front matter is left out. Yields
 * after each parsed part, so that the caller can let other work in. Parts that could take a parser more than linear time
 * are one block of plain text.
 */
export function* readMarkdown(text: string): Generator<readonly Section[]> {
  const headings: { depth: number; title: string }[] = [];
  for (const { start, end, isHostile } of segmentMarkdown(text)) {
    const part = text.slice(start, end);
    const nodes = isHostile ? [] : parseMarkdown(part).map((node) => moveNode(node, start));
    yield sectionsOf(
      { text, nodes: nodes.filter((node) => !isFrontMatter(node)), start: bodyStart(nodes, start), end },
      headings,
    );
  }
}

const isFrontMatter = (node: MarkdownNode): boolean => node.type === 'yaml' || node.type === 'toml';

function bodyStart(nodes: readonly MarkdownNode[], start: number): number {
  const first = nodes[0];
  return first && isFrontMatter(first) ? first.end : start;
}

interface Part {
  readonly text: string;
  readonly nodes: readonly MarkdownNode[];
  readonly start: number;
  readonly end: number;
}

function sectionsOf({ text, nodes, start, end }: Part, headings: { depth: number; title: string }[]): Section[] {
  const sections: Section[] = [];
  let first = 0;
  const close = (until: number): void => {
    const group = nodes.slice(first, until);
    const from = first === 0 ? start : (group[0]?.start ?? start);
    const to = until < nodes.length ? (nodes[until]?.start ?? end) : end;
    if (to > from)
      sections.push({
        start: from,
        end: to,
        ...titleOf(headings, group[0], text),
        blocks: toBlocks(group, { start: from, end: to }, text),
      });
    first = until;
  };
  for (const [at, node] of nodes.entries()) {
    const heading = headingOf(node, text);
    if (!heading) continue;
    if (at > 0) close(at);
    while ((headings.at(-1)?.depth ?? 0) >= heading.depth) headings.pop();
    headings.push(heading);
  }
  close(nodes.length);
  return sections;
}

function titleOf(headings: readonly { title: string }[], opening: MarkdownNode | undefined, text: string) {
  return {
    path: headings.map((heading) => heading.title).filter((title) => title !== ''),
    titled: opening !== undefined && headingOf(opening, text) !== undefined,
  };
}

const HTML_HEADING = /^<h([1-6])\b[^>]{0,400}>[\s\S]{0,2000}?<\/h\1>\s*$/i;

/** The heading that a block is, be it Markdown or HTML. */
function headingOf(node: MarkdownNode, text: string): { depth: number; title: string } | undefined {
  if (node.type === 'heading') return { depth: node.depth, title: headingText(text.slice(node.start, node.end)) };
  if (node.type !== 'html' || node.end - node.start > 3000) return undefined;
  const html = text.slice(node.start, node.end);
  const depth = HTML_HEADING.exec(html)?.[1];
  return depth === undefined ? undefined : { depth: Number(depth), title: headingText(html.replace(/\s+/g, ' ')) };
}

/** Nodes as blocks that touch: what stands between two nodes belongs to the one before it. */
function toBlocks(nodes: readonly MarkdownNode[], region: { start: number; end: number }, text: string): Block[] {
  if (nodes.length === 0) return [{ ...region, grain: 'prose' }];
  let before: { node: MarkdownNode; from: number | undefined } | undefined;
  return nodes.map((node, at): Block => {
    const start = at === 0 ? region.start : node.start;
    const end = nodes[at + 1]?.start ?? region.end;
    const isHeading = headingOf(node, text) !== undefined || (at === 0 && node.type === 'tableRow');
    const from = isHeading ? start : announcementStart(node, nodes[at + 1], text);
    const introduction = introductionOf(node, before, text);
    before = { node, from };
    return {
      start,
      end,
      grain: LINED.has(node.type) ? 'lines' : 'prose',
      leadStart: from === node.start ? start : from,
      isHeading,
      introduction,
      ...(node.children.length > 0 ? { parts: () => toBlocks(node.children, { start, end }, text) } : {}),
    };
  });
}

const LINED: ReadonlySet<string> = new Set(['code', 'html', 'table', 'tableRow']);
