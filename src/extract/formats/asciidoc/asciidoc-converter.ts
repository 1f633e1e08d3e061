import type { AbstractBlock, AbstractNode, Inline, List, ListItem, Section } from '@asciidoctor/core';
import { definitionItem, indentBelow, joinBlocks, joinItemBlocks } from '../definition-list.js';
import { escapeLineStarts } from '../escape-markdown.js';
import { fence } from '../html-code.js';
import { canonicalLanguage } from '../languages.js';
import { LossCounter } from '../loss-counter.js';
import { attributeOf, bareTex, imageText, inlineText } from './asciidoc-inline.js';
import { tableBlocks } from './asciidoc-table.js';
import { BLOCK_END, finishInline, plainMarks } from './inline-marks.js';

const LABELS: Readonly<Record<string, string>> = {
  note: 'Note',
  tip: 'Tip',
  important: 'Important',
  warning: 'Warning',
  caution: 'Caution',
};
/** Deeper parts are left out: no document that people read has them. */
const MAX_DEPTH = 60;

/** What Asciidoctor calls for each part of a parsed document: writes Markdown blocks, set apart by a mark of their own. */
export class AsciidocConverter {
  /** What could not be written, by kind. */
  readonly losses = new LossCounter();
  private depth = 0;

  /** Converts one node of the parsed tree. */
  async convert(node: AbstractNode, transform?: string | null): Promise<string> {
    const name = transform ?? node.nodeName;
    // The name says which class a node has.
    if (name.startsWith('inline_')) return await inlineText(node as Inline, this.losses);
    if (this.depth >= MAX_DEPTH) {
      this.losses.add('other');
      return '';
    }
    this.depth++;
    try {
      const blocks = await this.blocks(name, node as AbstractBlock);
      return blocks.filter((block) => block !== '').join(BLOCK_END);
    } finally {
      this.depth--;
    }
  }

  private async blocks(name: string, node: AbstractBlock): Promise<string[]> {
    switch (name) {
      case 'section':
        // Only sections have this name.
        return [heading(node as Section, (node.level ?? 0) + 1), ...(await childBlocks(node))];
      case 'floating_title':
        return [heading(node, (node.level ?? 0) + 1)];
      case 'paragraph':
        return [...titleOf(node), paragraph(await node.content())];
      case 'listing':
      case 'literal':
        return [...titleOf(node), await code(node)];
      case 'stem':
        return [...titleOf(node), `$$\n${bareTex(plainMarks(await node.content()))}\n$$`];
      case 'pass':
        return [plainMarks(await node.content()).trim()];
      case 'ulist':
      case 'olist':
      case 'colist':
        // Only lists have these names.
        return [...titleOf(node), await list(node as unknown as List)];
      case 'dlist':
        return [...titleOf(node), ...(await definitions(node))];
      case 'table':
        return [...titleOf(node), ...(await tableBlocks(node))];
      default:
        return await this.container(name, node);
    }
  }

  private async container(name: string, node: AbstractBlock): Promise<string[]> {
    switch (name) {
      case 'admonition':
        return await admonition(node);
      case 'quote':
      case 'verse':
        return [...titleOf(node), await quotation(name, node)];
      case 'image':
        return [finishInline(imageText(node, attributeOf(node, 'target'), this.losses)), ...titleOf(node)];
      case 'audio':
      case 'video':
        this.losses.add('media');
        return titleOf(node);
      case 'thematic_break':
        return ['---'];
      case 'toc':
      case 'page_break':
        return [];
      case 'document':
      case 'embedded':
        return await childBlocks(node);
      default:
        return node.hasBlocks()
          ? [...titleOf(node), ...(await childBlocks(node))]
          : [...titleOf(node), paragraph(await node.content())];
    }
  }
}

function heading(node: AbstractBlock, level: number): string {
  const title = finishInline(node.title ?? '').replace(/\s*\n\s*/g, ' ');
  return title === '' ? '' : `${'#'.repeat(Math.min(6, Math.max(1, level)))} ${title}`;
}

function titleOf(node: AbstractBlock): string[] {
  const title = finishInline(node.title ?? '').replaceAll('**', '');
  return title === '' ? [] : [`**${title}**`];
}

function paragraph(text: string): string {
  return escapeLineStarts(finishInline(text));
}

/** Blocks of a node's children, each converted with the attributes that hold where it stands. */
async function childBlocks(node: AbstractBlock): Promise<string[]> {
  const blocks: string[] = [];
  for (const child of node.blocks) blocks.push(...blocksOf(await child.convert()));
  return blocks;
}

function blocksOf(converted: string): string[] {
  return converted.split(BLOCK_END).filter((block) => block !== '');
}

async function code(node: AbstractBlock): Promise<string> {
  const text = plainMarks(await node.content()).replace(/\s+$/, '');
  const named = attributeOf(node, 'language');
  const isSource = node.style === 'source' || named !== '';
  const language = isSource && /^[\w+#.-]{1,24}$/.test(named) ? canonicalLanguage(named) : '';
  return text === '' ? '' : fence(text, language);
}

/** Text of an item with the blocks below it. */
async function itemBlocks(item: ListItem): Promise<string[]> {
  const text = item.hasText() ? paragraph(item.text ?? '') : '';
  return [text, ...(await childBlocks(item as AbstractBlock))].filter((block) => block !== '');
}

async function list(node: List): Promise<string> {
  const items: string[] = [];
  const isOrdered = node.nodeName !== 'ulist';
  const start = Number.parseInt(attributeOf(node, 'start') || '1', 10);
  const first = Number.isSafeInteger(start) && start >= 0 ? start : 1;
  const isReversed = node.hasOption('reversed');
  const all = node.getItems() as ListItem[];
  for (const [at, item] of all.entries()) {
    const number = isReversed ? first + all.length - 1 - at : first + at;
    const mark = isOrdered ? `${number}. ` : '- ';
    const box = item.hasAttribute('checkbox') ? (item.hasAttribute('checked') ? '[x] ' : '[ ] ') : '';
    const blocks = await itemBlocks(item);
    if (blocks.length > 0) items.push(mark + box + indentBelow(joinItemBlocks(blocks), mark.length));
  }
  return items.join('\n');
}

async function definitions(node: AbstractBlock): Promise<string[]> {
  const blocks: string[] = [];
  // A description list's blocks are pairs: its terms, and what is said of them.
  const pairs = node.blocks as unknown as readonly (readonly [readonly ListItem[], ListItem | null | undefined])[];
  for (const [terms, said] of pairs) {
    const named = terms.map((term) => finishInline(term.text ?? ''));
    blocks.push(...definitionItem(named, said === null || said === undefined ? [] : await itemBlocks(said)));
  }
  return joinBlocks(blocks) === '' ? [] : [joinBlocks(blocks)];
}

async function admonition(node: AbstractBlock): Promise<string[]> {
  const name = attributeOf(node, 'name').toLowerCase();
  const label = `**${LABELS[name] ?? name.charAt(0).toUpperCase() + name.slice(1)}:**`;
  const content = node.hasBlocks() ? await childBlocks(node) : [paragraph(await node.content())];
  const [first = '', ...rest] = [...titleOf(node), ...content];
  return /^(?:```|\||- |\d+\. |> |#|\$\$)/.test(first) ? [label, first, ...rest] : [`${label} ${first}`, ...rest];
}

async function quotation(name: string, node: AbstractBlock): Promise<string> {
  const blocks = node.hasBlocks()
    ? await childBlocks(node)
    : [paragraph(name === 'verse' ? (await node.content()).replace(/ (?= )/g, '\u00a0') : await node.content())];
  const by = [attributeOf(node, 'attribution'), attributeOf(node, 'citetitle')]
    .map(finishInline)
    .filter((part) => part !== '');
  if (by.length > 0) blocks.push(`— ${by.join(', ')}`);
  return joinBlocks(blocks).replace(/^/gm, '> ').replace(/^> $/gm, '>');
}
