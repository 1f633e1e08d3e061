import type { Node, Tree } from '@vscode/tree-sitter-wasm';
import { findName } from '../core/code/symbol-name.js';
import type {
  CodeSymbol,
  DocumentStructure,
  LocatedName,
  Mention,
  MentionKind,
  ReadableDocument,
  SymbolReader,
} from '../core/code/symbol-reader.js';
import { grammarLanguages } from './grammars.js';
import { readByLayout } from './layout-sections.js';
import { readMarkdown } from './markdown-sections.js';
import { readSymbols } from './read-symbols.js';
import type { Section } from './section.js';
import { parseProgram } from './syntax-tree.js';

/** Reads structure with the grammars and rules that documents are cut by. */
export function createSymbolReader(): SymbolReader {
  return {
    languages: grammarLanguages(),
    structureOf: (document) => withTree(document, (tree) => structureWith(document, tree)),
    locate: (document, name) => withTree(document, (tree) => located(document, name, tree)),
  };
}

/** Runs `read` with the syntax tree of a program, if there is one, and frees the tree whatever happens. */
async function withTree<T>(document: ReadableDocument, read: (tree: Tree | undefined) => T): Promise<T> {
  const tree = document.format === 'code' ? await parseProgram(document.text, document.language) : undefined;
  try {
    return read(tree);
  } finally {
    tree?.delete();
  }
}

function structureWith({ text, format, language }: ReadableDocument, tree: Tree | undefined): DocumentStructure {
  if (tree) return { basis: 'syntax', symbols: readSymbols(tree.rootNode, text) };
  if (format === 'code') return { basis: 'layout', symbols: layoutSymbols(readByLayout(text, language), text) };
  return { basis: 'headings', symbols: format === 'markdown' ? headingsOf(text) : [] };
}

function located(document: ReadableDocument, name: string, tree: Tree | undefined): LocatedName {
  const structure = structureWith(document, tree);
  const names = new Set(structure.symbols.map((symbol) => symbol.nameAt));
  const otherwise = (at: number, length: number): MentionKind =>
    tree ? kindAt(tree.rootNode, at, length) : document.format === 'code' ? 'word' : 'string';
  const mentions = findName(document.text, name).map(
    ({ start, text }): Mention => ({
      start,
      text,
      kind: names.has(start) && document.format === 'code' ? 'definition' : otherwise(start, text.length),
    }),
  );
  return { ...structure, mentions };
}

const TEXTS = /string|heredoc_body|heredoc_content|char_literal|character_literal|regex|jsx_text|^text$|^raw_text$/;
const CODE_IN_TEXT = /substitution|interpolation|expansion|embedded|expression$|variable_name/;

function kindAt(root: Node, at: number, length: number): MentionKind {
  let node: Node | null = root.descendantForIndex(at, at + length - 1);
  for (; node; node = node.parent) {
    if (/comment/.test(node.type)) return 'comment';
    if (TEXTS.test(node.type) && node.type !== 'interpolated_string_expression') return 'string';
    if (CODE_IN_TEXT.test(node.type) || /statement|declaration|definition|block/.test(node.type)) return 'reference';
  }
  return 'reference';
}

/** Headings with all that stands under them. */
function headingsOf(text: string): CodeSymbol[] {
  const titled = [...readMarkdown(text)].flat().filter((section) => section.titled && section.path.length > 0);
  return titled.map((section, at) => {
    const behind = titled.slice(at + 1).find((other) => other.path.length <= section.path.length);
    const start = section.start + Math.max(0, text.slice(section.start, section.end).search(/\S/));
    return fromSection({ ...section, start }, { kind: 'heading', end: behind?.start ?? text.length, nameAt: start });
  });
}

function layoutSymbols(sections: readonly Section[], text: string): CodeSymbol[] {
  return sections.flatMap((section) => {
    if (!section.titled) return [];
    const name = section.path.at(-1) ?? '';
    const found = findName(text.slice(section.start, section.end), name)[0];
    const own = fromSection(section, {
      kind: 'symbol',
      end: section.end,
      nameAt: section.start + (found?.start ?? 0),
      line: lineAround(text, section.start + (found?.start ?? 0)),
    });
    const members = (section.members?.() ?? []).filter((member) => member.start > section.start);
    return [own, ...layoutSymbols(members, text)];
  });
}

function fromSection(
  { start, path }: Section,
  { kind, end, nameAt, line }: Pick<CodeSymbol, 'kind' | 'end' | 'nameAt'> & { readonly line?: string },
): CodeSymbol {
  const signature = line ?? path.at(-1) ?? '';
  return { kind, path, depth: path.length - 1, start, end, nameAt, signature, summary: '', isMinor: false };
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text
    .slice(start, end < 0 ? text.length : end)
    .trim()
    .replace(/\s*[{:;(]+$/, '')
    .slice(0, 200);
}
