import type { Inline } from '@asciidoctor/core';
import type { LossCounter } from '../loss-counter.js';
import { IMAGE, LINE_BREAK, LINK, MARKS } from './inline-marks.js';

/** Text of an attribute of a node; empty when it has none. */
export function attributeOf(node: { getAttribute(name: string): unknown }, name: string): string {
  const value: unknown = node.getAttribute(name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const QUOTED: Readonly<Record<string, readonly [string, string]>> = {
  strong: MARKS.strong,
  emphasis: MARKS.emphasis,
  monospaced: MARKS.code,
  superscript: MARKS.superscript,
  subscript: MARKS.subscript,
  double: ['“', '”'],
  single: ['‘', '’'],
  asciimath: ['$', '$'],
  latexmath: ['$', '$'],
};

/** Text of an inline node with marks for what it is. */
export async function inlineText(node: Inline, losses: LossCounter): Promise<string> {
  const text = typeof node.text === 'string' ? node.text : '';
  switch (node.nodeName) {
    case 'inline_quoted':
      return quoted(node, text);
    case 'inline_anchor':
      return await anchor(node, text, losses);
    case 'inline_image':
      return image(node, losses);
    case 'inline_break':
      return `${text}${LINE_BREAK}`;
    case 'inline_footnote':
      return node.type === 'xref' ? ` (note ${attributeOf(node, 'index') || text})` : ` (${text})`;
    case 'inline_indexterm':
      return node.type === 'visible' ? text : '';
    case 'inline_callout':
      return `&lt;${text}&gt;`;
    case 'inline_button':
      return `${MARKS.strong[0]}[${text}]${MARKS.strong[1]}`;
    case 'inline_kbd':
      return MARKS.code[0] + wordsOf(node, 'keys').join('+') + MARKS.code[1];
    case 'inline_menu':
      return [attributeOf(node, 'menu'), ...wordsOf(node, 'submenus'), attributeOf(node, 'menuitem')]
        .filter((part) => part !== '')
        .join(' > ');
    default:
      return text;
  }
}

/** A formula without the signs that set it off in TeX, for writers who give them too. */
export function bareTex(formula: string): string {
  const text = formula.trim().replace(/^\${1,2}|\${1,2}$/g, '');
  return (/^\\[[(]([\s\S]*)\\[\])]$/.exec(text)?.[1] ?? text).trim();
}

function quoted(node: Inline, text: string): string {
  const pair = QUOTED[String(node.type)];
  if (pair?.[0] === '$') return `$${bareTex(text)}$`;
  const isDeleted = pair === undefined && /\bline-through\b/.test(attributeOf(node, 'role'));
  const [open, close] = isDeleted ? MARKS.deleted : (pair ?? ['', '']);
  return open + text + close;
}

function wordsOf(node: Inline, name: string): string[] {
  const value: unknown = node.getAttribute(name);
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

async function anchor(node: Inline, text: string, losses: LossCounter): Promise<string> {
  const target = typeof node.target === 'string' ? node.target : '';
  const role = attributeOf(node, 'role');
  if (/\binclude\b/.test(role)) {
    losses.add('other');
    return `Include: ${MARKS.code[0]}${target}${MARKS.code[1]}`;
  }
  switch (String(node.type)) {
    case 'link':
      return text === '' || /\bbare\b/.test(role) || text === target
        ? text || target
        : linkTo(target.replace(/^mailto:/, 'mailto:'), text);
    case 'bibref':
      return `[${String(node.reftext ?? node.id ?? '')}]`;
    case 'xref': {
      const path = attributeOf(node, 'path');
      return path === '' ? text || (await referenceText(node)) : linkTo(target, text || path);
    }
    default:
      return '';
  }
}

function linkTo(target: string, text: string): string {
  return LINK.text + text + LINK.address + target + LINK.end;
}

const resolving = new WeakMap<object, Set<string>>();

/** Words of a reference without its own: the title of what it leads to. */
async function referenceText(node: Inline): Promise<string> {
  const id = attributeOf(node, 'refid');
  const { document } = node;
  const open = resolving.get(document) ?? new Set<string>();
  resolving.set(document, open);
  // A title that refers to itself would go round for ever.
  if (open.has(id)) return id;
  open.add(id);
  try {
    const found: unknown = document.catalog.refs[id];
    const title: unknown = hasReferenceText(found) ? await found.xreftext(null) : undefined;
    return typeof title === 'string' && title !== '' ? title : id;
  } finally {
    open.delete(id);
  }
}

function hasReferenceText(node: unknown): node is { xreftext(style: null): Promise<unknown> } {
  return typeof node === 'object' && node !== null && 'xreftext' in node && typeof node.xreftext === 'function';
}

function image(node: Inline, losses: LossCounter): string {
  return imageText(node, typeof node.target === 'string' ? node.target : '', losses);
}

/** An image's own words with its address; one without words is a loss. */
export function imageText(node: { getAttribute(name: string): unknown }, target: string, losses: LossCounter): string {
  const alt = attributeOf(node, 'alt');
  if (alt === '' || attributeOf(node, 'default-alt') !== '') {
    losses.add('image');
    return '';
  }
  return IMAGE.text + alt + IMAGE.address + target + IMAGE.end;
}
