import { fromMarkdown, type Options } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import type { MarkdownNode } from './markdown-node.js';
import { readBlocks } from './simple-blocks.js';

/** The top-level blocks of a Markdown text (GFM tables and footnotes; YAML or TOML front matter at its very start). */
export function parseMarkdown(text: string): MarkdownNode[] {
  return readBlocks(text, { whole: parseWhole, part: (part) => parse(part, BLOCKS) });
}

/** The same by the parser alone. */
export function parseWhole(text: string): MarkdownNode[] {
  return parse(text, WITH_FRONT_MATTER);
}

function parse(text: string, extensions: Extensions): MarkdownNode[] {
  const root = fromMarkdown(text, { extensions: [...extensions], mdastExtensions: [...MDAST_EXTENSIONS] });
  return toNodes(root.children);
}

/**
 * Only blocks matter here, so everything inline is switched off: that more than doubles the speed, and the inline
 * constructs are those with quadratic traps. Definitions then are paragraphs, which changes no offset.
 */
const INLINE_CONSTRUCTS = [
  'attention',
  'autolink',
  'characterEscape',
  'characterReference',
  'codeText',
  'definition',
  'hardBreakEscape',
  'htmlText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
];

const FRONT_MATTER: ('yaml' | 'toml')[] = ['yaml', 'toml'];

type Extensions = NonNullable<Options['extensions']>;

const BLOCKS: Extensions = [{ ...gfm(), text: {} }, { disable: { null: INLINE_CONSTRUCTS } }];
const WITH_FRONT_MATTER: Extensions = [...BLOCKS, frontmatter(FRONT_MATTER)];

const MDAST_EXTENSIONS = [
  // Their transforms look for links in every text node.
  ...gfmFromMarkdown().map(({ transforms: _, ...extension }) => extension),
  frontmatterFromMarkdown(FRONT_MATTER),
];

const CONTAINERS: ReadonlySet<string> = new Set(['list', 'listItem', 'blockquote', 'footnoteDefinition', 'table']);

/** The part of an mdast node that is read. */
interface Parsed {
  readonly type: string;
  readonly depth?: number;
  readonly children?: readonly Parsed[];
  readonly position?:
    | {
        readonly start: { readonly offset?: number | undefined };
        readonly end: { readonly offset?: number | undefined };
      }
    | undefined;
}

function toNodes(nodes: readonly Parsed[]): MarkdownNode[] {
  return nodes.map((node) => ({
    type: node.type,
    start: node.position?.start.offset ?? 0,
    end: node.position?.end.offset ?? 0,
    depth: node.type === 'heading' ? (node.depth ?? 1) : 0,
    children: CONTAINERS.has(node.type) ? toNodes(node.children ?? []) : [],
  }));
}
