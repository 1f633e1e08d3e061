import type { Node } from '@vscode/tree-sitter-wasm';
import type { SymbolKind } from '../core/code/symbol-reader.js';
import { childOfType, type Declaration, declare } from './declaration.js';
import { declaratorName } from './declarator-name.js';

/**
 * What a node declares without being a section of its program: constants, variables, fields, members of enumerations,
 * signatures without a body. A node may declare several.
 */
export function minorDeclarationsOf(node: Node): Declaration[] {
  const entry = MINOR.get(node.type);
  if (entry) return entry(node);
  if (!WRAPPERS.has(node.type)) return [];
  return node.namedChildren.flatMap((child) => (child ? minorDeclarationsOf(child) : []));
}

const WRAPPERS: ReadonlySet<string> = new Set([
  'export_statement',
  'ambient_declaration',
  'expression_statement',
  'declaration_command',
  'template_declaration',
]);

type Reader = (node: Node) => Declaration[];

function one(kind: SymbolKind, name: Node | null | undefined, body?: Node | null): Declaration[] {
  if (!name || /pattern$/.test(name.type)) return [];
  const declared = declare([name.text.replace(/^(['"`])(.*)\1$/s, '$2').replace(/^\$/, '')], {
    kind,
    name,
    body: body ?? undefined,
  });
  return declared ? [declared] : [];
}

const byField =
  (kind: SymbolKind, field = 'name'): Reader =>
  (node) =>
    one(kind, node.childForFieldName(field), node.childForFieldName('body'));

/** Each child of a type, by its field `name` or its first child. */
const each =
  (kind: SymbolKind, type: string): Reader =>
  (node) =>
    node.namedChildren.flatMap((child) => {
      if (child?.type === 'variable_declaration' && type === 'variable_declarator') return each(kind, type)(child);
      if (child?.type !== type) return [];
      return one(kind, child.childForFieldName('name') ?? child.namedChildren[0]);
    });

/** All children under the field `name`: `var v, w = 1, 2`. */
const eachName =
  (kind: SymbolKind): Reader =>
  (node) =>
    node.namedChildren.flatMap((child) =>
      child && /_spec$/.test(child.type)
        ? child.childrenForFieldName('name').flatMap((name) => (name?.isNamed ? one(kind, name) : []))
        : child && /_spec_list$/.test(child.type)
          ? eachName(kind)(child)
          : [],
    );

/** C and C++: prototypes, fields, variables. */
const byDeclarator =
  (kind: SymbolKind): Reader =>
  (node) =>
    node.childrenForFieldName('declarator').flatMap((declarator) => {
      const name = declarator && declaratorName(declarator);
      if (!declarator || !name) return [];
      const isFunction = /^[^=({]*\(/s.test(declarator.text) && hasParameters(declarator);
      const declared = declare(name.names, { kind: isFunction ? 'function' : kind, name: name.node, body: undefined });
      return declared ? [declared] : [];
    });

function hasParameters(declarator: Node): boolean {
  let node: Node | undefined = declarator;
  for (let steps = 0; node && steps < 8; steps++) {
    if (node.type === 'function_declarator') return true;
    node = node.childForFieldName('declarator') ?? childOfType(node, 'function_declarator', 'pointer_declarator');
  }
  return false;
}

/** Python, Ruby, JavaScript: a plain name that is given a value. */
const assigned: Reader = (node) => {
  const name = node.childForFieldName('left');
  return name && /^(?:identifier|constant|variable_name)$/.test(name.type) ? one('variable', name) : [];
};

/** Ruby: `attr_reader :name, :size`. */
const attributes: Reader = (node) => {
  if (!/^attr_(?:reader|writer|accessor)$/.test(node.childForFieldName('method')?.text ?? '')) return [];
  const given = node.childForFieldName('arguments')?.namedChildren ?? [];
  return given.flatMap((name) =>
    name?.type === 'simple_symbol'
      ? one('property', name).map((found) => ({ ...found, names: [name.text.slice(1)] }))
      : [],
  );
};

/** TypeScript gives members without a value bare names. */
const members: Reader = (node) => (node.parent?.type === 'enum_body' ? one('member', node) : []);

/** Fields of C and C++, of Java and C#, of Go and Rust. */
function fields(node: Node): Declaration[] {
  const plain = node.childrenForFieldName('name').flatMap((name) => (name?.isNamed ? one('property', name) : []));
  if (plain.length > 0) return plain;
  const declared = each('property', 'variable_declarator')(node);
  return declared.length > 0 ? declared : byDeclarator('property')(node);
}

const MINOR: ReadonlyMap<string, Reader> = new Map([
  ['lexical_declaration', each('variable', 'variable_declarator')],
  ['variable_declaration', each('variable', 'variable_declarator')],
  ['public_field_definition', byField('property')],
  ['field_definition', byField('property', 'property')],
  ['method_signature', byField('method')],
  ['property_signature', byField('property')],
  ['pair', byField('property', 'key')],
  ['enum_assignment', byField('member')],
  ['property_identifier', members],
  ['assignment', assigned],
  ['assignment_expression', assigned],
  ['variable_assignment', byField('variable')],
  ['call', attributes],
  ['const_item', byField('variable')],
  ['static_item', byField('variable')],
  ['type_item', byField('type')],
  ['associated_type', byField('type')],
  ['enum_variant', byField('member')],
  ['const_declaration', (node: Node) => [...eachName('variable')(node), ...each('variable', 'const_element')(node)]],
  ['var_declaration', eachName('variable')],
  ['method_elem', byField('method')],
  ['preproc_def', byField('macro')],
  ['preproc_function_def', byField('macro')],
  ['declaration', byDeclarator('variable')],
  ['type_definition', byDeclarator('type')],
  ['alias_declaration', byField('type')],
  ['enumerator', byField('member')],
  ['field_declaration', fields],
  ['annotation_type_element_declaration', byField('method')],
  ['enum_constant', byField('member')],
  ['enum_member_declaration', byField('member')],
  ['event_field_declaration', each('property', 'variable_declarator')],
  ['enum_case', byField('member')],
  ['property_declaration', each('property', 'property_element')],
]);
