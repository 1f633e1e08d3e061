import type { Node } from '@vscode/tree-sitter-wasm';
import type { SymbolKind } from '../core/code/symbol-reader.js';
import { bodyOf, childOfType, type Declaration, declare, writtenParts } from './declaration.js';

const FUNCTIONS: ReadonlySet<string> = new Set([
  'arrow_function',
  'function_expression',
  'generator_function',
  'function',
  'anonymous_function',
  'class',
]);

/** Rows from which a variable counts as a declaration whatever its value: a table, a schema, a store. */
const LARGE_VALUE_ROWS = 3;

/** `const get = () => ...`, `const store = { ... }`. */
export function variable(node: Node): Declaration | undefined {
  const declarator = childOfType(node, 'variable_declarator');
  const value = declarator?.childForFieldName('value');
  const name = declarator?.childForFieldName('name');
  if (!value || !name || /_pattern$/.test(name.type)) return undefined;
  const isLarge = node.endPosition.row - node.startPosition.row >= LARGE_VALUE_ROWS;
  return FUNCTIONS.has(value.type) || isLarge ? declare([name.text], { name, ...held(value, 'variable') }) : undefined;
}

/** A field or an entry of an object whose value is a function or a class, or an object with such in it. */
export function heldFunction(node: Node, name: Node | null): Declaration | undefined {
  const value = node.childForFieldName('value');
  if (!name || !value || !(FUNCTIONS.has(value.type) || holdsFunctions(value))) return undefined;
  return declare(writtenParts(name.text), { name, ...held(value, 'property') });
}

/** `exports.get = function () { ... }`, `Store.prototype.get = ...`, `module.exports = { get() { ... } }`. */
export function assignedValue(node: Node): Declaration | undefined {
  const name = node.childForFieldName('left');
  const value = node.childForFieldName('right');
  if (!name || !value || !(FUNCTIONS.has(value.type) || holdsFunctions(value))) return undefined;
  return declare(assignedNames(name.text), { name, ...held(value, 'variable') });
}

function assignedNames(written: string): string[] {
  if (/^(?:module\.)?exports$/.test(written)) return [written];
  const parts = written.replace(/^\$(?=\w)/, '').split(/\.|->|::\$?/);
  return parts.filter((part, at) => part !== 'prototype' && !(at === 0 && OWNERS.has(part)));
}

/** What stands before a name without being a part of it. */
const OWNERS: ReadonlySet<string> = new Set(['exports', 'module', 'this', 'self', 'window', 'globalThis']);

/** `export default () => ...`, `export default { methods: { ... } }`, `export default defineStore({ ... })`. */
export function exportedValue(node: Node): Declaration | undefined {
  const value = node.childForFieldName('value');
  if (!value) return undefined;
  const given = value.type === 'call_expression' ? value.childForFieldName('arguments') : undefined;
  const inner = given ? childOfType(given, 'object', ...FUNCTIONS) : value;
  const own = inner?.childForFieldName('name');
  if (!inner || !(FUNCTIONS.has(inner.type) || inner.type === 'object')) return undefined;
  return declare([own?.text ?? 'default'], { name: own ?? value, ...held(inner, 'variable') });
}

function held(value: Node, otherwise: SymbolKind): { kind: SymbolKind; body: Node | undefined } {
  if (value.type === 'object') return { kind: otherwise, body: value };
  const kind = value.type === 'class' ? 'class' : FUNCTIONS.has(value.type) ? 'function' : otherwise;
  return { kind, body: bodyOf(value) };
}

const DEEPEST_OBJECT = 3;

function holdsFunctions(value: Node, depth = 0): boolean {
  if (value.type !== 'object' || depth >= DEEPEST_OBJECT) return false;
  return value.namedChildren.some((child) => {
    if (child?.type === 'method_definition') return true;
    const inner = child?.type === 'pair' ? child.childForFieldName('value') : null;
    return inner !== null && inner !== undefined && (FUNCTIONS.has(inner.type) || holdsFunctions(inner, depth + 1));
  });
}
