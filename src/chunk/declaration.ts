import type { Node } from '@vscode/tree-sitter-wasm';
import type { SymbolKind } from '../core/code/symbol-reader.js';

/** A declaration found in a syntax tree. */
export interface Declaration {
  /** Its name, after the name of its receiver or scope where the language writes both (`Store::get`, Go methods). */
  readonly names: readonly string[];
  readonly kind: SymbolKind;
  /** Where its name stands. */
  readonly name: Node;
  /** The node whose children may be declarations of their own. */
  readonly body: Node | undefined;
}

const LONGEST_NAME = 120;

/** A declaration whose names are given; undefined when none of them says anything. */
export function declare(
  names: readonly (string | undefined)[],
  parts: { readonly kind: SymbolKind; readonly name: Node; readonly body: Node | undefined },
): Declaration | undefined {
  const known = names.map((name) => (name ?? '').replace(/\s+/g, ' ').trim().slice(0, LONGEST_NAME));
  const said = known.filter((name) => name !== '');
  return said.length === 0 ? undefined : { ...parts, names: said };
}

/** The part of a declaration that holds its members or statements. */
export function bodyOf(node: Node): Node | undefined {
  return (
    node.childForFieldName('body') ?? node.namedChildren.find((child) => child && BODY.test(child.type)) ?? undefined
  );
}

/** Lists of parameters, arguments and base classes belong to what stands before the body. */
const BODY = /body|block|^(?!.*(?:parameter|argument|base|initializer|attribute)).*_list$/;

/** The first named child of a type. */
export function childOfType(node: Node, ...types: readonly string[]): Node | undefined {
  return node.namedChildren.find((child) => child !== null && types.includes(child.type)) ?? undefined;
}

/** The parts of a name as it is written in a program: quotation marks, arguments of templates and generics left out. */
export function writtenParts(text: string): string[] {
  return withoutArguments(text.replace(/^(['"`])(.*)\1$/s, '$2'))
    .split(/::|\n/)
    .map((part) => part.trim());
}

/** `Vec<T>` and `Map[K, V]` by their own names; operators keep their signs. */
function withoutArguments(text: string): string {
  if (/\boperator\b/.test(text)) return text;
  let depth = 0;
  let kept = '';
  for (const sign of text) {
    if (sign === '<') depth++;
    if (depth === 0) kept += sign;
    if (sign === '>' && depth > 0) depth--;
  }
  return kept.trim() === '' ? text : kept;
}
