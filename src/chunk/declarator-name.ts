import type { Node } from '@vscode/tree-sitter-wasm';
import { childOfType, writtenParts } from './declaration.js';

/** The name that a declarator of C or C++ declares, with the scopes it is written with: `T V<T>::get() const` -> `V`, `get`. */
export function declaratorName(
  declarator: Node | null,
): { readonly names: readonly string[]; readonly node: Node } | undefined {
  let node = declarator;
  for (let steps = 0; node && steps < MOST_STEPS; steps++) {
    if (NAMES.has(node.type)) return scoped(node);
    node = node.childForFieldName('declarator') ?? childOfType(node, ...DECLARATORS, ...NAMES) ?? null;
  }
  return undefined;
}

const MOST_STEPS = 12;

const NAMES: ReadonlySet<string> = new Set(
  'identifier field_identifier type_identifier qualified_identifier operator_name operator_cast destructor_name template_function'.split(
    ' ',
  ),
);

/** Those without a field for what they hold. */
const DECLARATORS = [
  'function_declarator',
  'pointer_declarator',
  'reference_declarator',
  'parenthesized_declarator',
  'array_declarator',
];

function scoped(node: Node): { readonly names: readonly string[]; readonly node: Node } {
  const names: string[] = [];
  let inner = node;
  for (let steps = 0; inner.type === 'qualified_identifier' && steps < MOST_STEPS; steps++) {
    names.push(...(writtenParts(inner.childForFieldName('scope')?.text ?? '') ?? []));
    const name = inner.childForFieldName('name');
    if (!name) break;
    inner = name;
  }
  const own = inner.type === 'operator_cast' ? inner.text.replace(/\s*\(.*$/s, '') : inner.text;
  return { names: [...names, inner.type === 'template_function' ? own.replace(/<.*$/s, '') : own], node: inner };
}
