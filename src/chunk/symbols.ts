import type { Node } from '@vscode/tree-sitter-wasm';

/** A declaration found in a syntax tree. */
export interface Declaration {
  /** Its name, after the name of its receiver or scope where the language writes both (`Store::get`, Go methods). */
  readonly names: readonly string[];
  /** The node whose children may be declarations of their own. */
  readonly body: Node | undefined;
}

/** Node types, over all grammars, that declare what their field `name` says. */
const NAMED: ReadonlySet<string> = new Set(
  `function_declaration generator_function_declaration class_declaration abstract_class_declaration method_definition
  interface_declaration enum_declaration type_alias_declaration internal_module module abstract_method_signature
  function_signature function_definition class_definition record_declaration annotation_type_declaration
  method_declaration constructor_declaration compact_constructor_declaration namespace_declaration
  file_scoped_namespace_declaration struct_declaration record_struct_declaration delegate_declaration
  property_declaration function_item struct_item enum_item union_item trait_item mod_item macro_definition
  class_specifier struct_specifier enum_specifier union_specifier namespace_definition concept_definition
  trait_declaration class method singleton_method local_function_statement destructor_declaration`.split(/\s+/),
);

/** Node types that stand around a declaration and belong to it. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'export_statement',
  'decorated_definition',
  'template_declaration',
  'ambient_declaration',
  'expression_statement',
  'field_declaration',
  'declaration',
  'type_definition',
]);

/** Node types that only group what stands in them: their children count as if they stood outside. */
export const TRANSPARENT: ReadonlySet<string> = new Set([
  'preproc_if',
  'preproc_ifdef',
  'preproc_else',
  'linkage_specification',
  'declaration_list',
  'ERROR',
]);

const LONGEST_NAME = 120;
const DEEPEST_WRAPPING = 4;

/** The declaration that a node is or wraps, if any. */
export function declarationOf(node: Node, depth = 0): Declaration | undefined {
  const special = SPECIAL[node.type];
  if (special) return special(node);
  if (NAMED.has(node.type)) return named(node, node.childForFieldName('name')?.text);
  if (!WRAPPERS.has(node.type) || depth >= DEEPEST_WRAPPING) return undefined;
  for (const child of node.namedChildren) {
    const inner = child && declarationOf(child, depth + 1);
    if (inner) return inner;
  }
  return undefined;
}

function named(node: Node, name: string | undefined, body?: Node | null): Declaration | undefined {
  const names = (name ?? '').split(/::|\n/).map((part) => part.replace(/\s+/g, ' ').trim().slice(0, LONGEST_NAME));
  const known = names.filter((part) => part !== '');
  return known.length === 0 ? undefined : { names: known, body: body ?? bodyOf(node) };
}

function bodyOf(node: Node): Node | undefined {
  return (
    node.childForFieldName('body') ??
    node.namedChildren.find((child) => child && /body|block|_list$/.test(child.type)) ??
    undefined
  );
}

const SPECIAL: Readonly<Record<string, (node: Node) => Declaration | undefined>> = {
  // C and C++: the name hides inside the declarator; PHP, Python, shells: it is the field `name`.
  function_definition: (node) => named(node, node.childForFieldName('name')?.text ?? declaredName(node)),
  impl_item: (node) => named(node, node.childForFieldName('type')?.text),
  type_declaration: (node) => {
    const specification = node.namedChildren.find((child) => child?.type === 'type_spec');
    return specification ? named(specification, specification.childForFieldName('name')?.text) : undefined;
  },
  method_declaration: (node) => {
    const receiver = /([\p{L}_][\p{L}\p{N}_]*)(?:\[[^\]]*\])?\s*\)$/u.exec(
      node.childForFieldName('receiver')?.text ?? '',
    )?.[1];
    const own = named(node, node.childForFieldName('name')?.text);
    return own && receiver !== undefined ? { ...own, names: [receiver, ...own.names] } : own;
  },
  lexical_declaration: variable,
  variable_declaration: variable,
  public_field_definition: (node) => functionValue(node, node.childForFieldName('name')?.text),
  field_definition: (node) => functionValue(node, node.childForFieldName('property')?.text),
  assignment_expression: (node) => {
    const value = node.childForFieldName('right');
    return value && FUNCTIONS.has(value.type)
      ? named(node, node.childForFieldName('left')?.text, bodyOf(value))
      : undefined;
  },
  call_expression: testCase,
};

const FUNCTIONS: ReadonlySet<string> = new Set([
  'arrow_function',
  'function_expression',
  'generator_function',
  'function',
  'class',
]);

/** Rows from which a variable counts as a declaration whatever its value: a table, a schema, a store. */
const LARGE_VALUE_ROWS = 3;

function variable(node: Node): Declaration | undefined {
  const declarator = childOfType(node, 'variable_declarator');
  const value = declarator?.childForFieldName('value');
  if (!declarator || !value) return undefined;
  const isLarge = node.endPosition.row - node.startPosition.row >= LARGE_VALUE_ROWS;
  if (!FUNCTIONS.has(value.type) && !isLarge) return undefined;
  return named(node, declarator.childForFieldName('name')?.text, bodyOf(value));
}

function functionValue(node: Node, name: string | undefined): Declaration | undefined {
  const value = node.childForFieldName('value');
  return value && FUNCTIONS.has(value.type) ? named(node, name, bodyOf(value)) : undefined;
}

/** `describe('a store', () => { ... })` declares what its title says. */
function testCase(node: Node): Declaration | undefined {
  const called = node.childForFieldName('function')?.text ?? '';
  if (!/^(?:describe|suite|context|it|test)\b/.test(called) || called.length > 40) return undefined;
  const [title, ...rest] = node.childForFieldName('arguments')?.namedChildren ?? [];
  const body = rest.find((child) => child && FUNCTIONS.has(child.type));
  if (!title || !body || !/string/.test(title.type)) return undefined;
  return named(node, title.text.replace(/^['"`]|['"`]$/g, ''), bodyOf(body));
}

function declaredName(node: Node): string | undefined {
  let declarator = node.childForFieldName('declarator');
  for (let steps = 0; declarator && steps < 8; steps++) {
    const inner: Node | null = declarator.childForFieldName('declarator');
    if (!inner) return declarator.text;
    if (declarator.type === 'function_declarator') return inner.text;
    declarator = inner;
  }
  return declarator?.text;
}

function childOfType(node: Node, type: string): Node | undefined {
  return node.namedChildren.find((child) => child?.type === type) ?? undefined;
}
