import type { Node } from '@vscode/tree-sitter-wasm';
import { bodyOf, childOfType, type Declaration, declare, writtenParts } from './declaration.js';
import { declaratorName } from './declarator-name.js';
import { assignedValue, exportedValue, heldFunction, variable } from './held-declarations.js';
import { NAMED } from './symbol-kinds.js';

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
const TRANSPARENT: ReadonlySet<string> = new Set([
  'preproc_if',
  'preproc_ifdef',
  'preproc_else',
  'preproc_elif',
  'linkage_specification',
  'foreign_mod_item',
  'declaration_list',
  'enum_body_declarations',
  'singleton_class',
  'body_statement',
  'ERROR',
]);

/** Statements under which programs declare by condition: `try: ... except ImportError:`, `if (!function_exists('f'))`. */
const CONDITIONAL: ReadonlySet<string> = new Set(
  'if_statement else_clause elif_clause try_statement except_clause finally_clause with_statement'.split(' '),
);
const BLOCKS: ReadonlySet<string> = new Set(['block', 'compound_statement', 'colon_block']);

const DEEPEST_WRAPPING = 4;

/** Children of a node that may be declarations, those of mere groups among them. */
function declarationCandidates(container: Node): Node[] {
  return container.namedChildren.flatMap((child) => {
    if (!child) return [];
    return isGroup(child, container) ? declarationCandidates(child) : [child];
  });
}

/** Candidates among the members of a declaration; some grammars put the comment above the first one before the body. */
export function membersOf(body: Node): Node[] {
  const above: Node[] = [];
  for (let node = body.previousNamedSibling; node && /comment/.test(node.type); node = node.previousNamedSibling)
    above.unshift(node);
  return [...above, ...declarationCandidates(body)];
}

function isGroup(node: Node, parent: Node): boolean {
  if (TRANSPARENT.has(node.type) || CONDITIONAL.has(node.type)) return true;
  if (BLOCKS.has(node.type)) return CONDITIONAL.has(parent.type);
  return node.type === 'type_declaration' && node.namedChildren.filter((child) => isTypeOfGo(child)).length > 1;
}

const isTypeOfGo = (node: Node | null): boolean => node?.type === 'type_spec' || node?.type === 'type_alias';

/** The declaration that a node is or wraps, if any, that stands for a section of its program. */
export function declarationOf(node: Node, depth = 0): Declaration | undefined {
  const special = SPECIAL.get(node.type);
  if (special) return special(node);
  const kind = NAMED.get(node.type);
  if (kind !== undefined) return named(node);
  if (!WRAPPERS.has(node.type) || depth >= DEEPEST_WRAPPING) return undefined;
  for (const child of node.namedChildren) {
    const inner = child && declarationOf(child, depth + 1);
    if (inner) return inner;
  }
  return node.type === 'export_statement' ? exportedValue(node) : undefined;
}

function named(node: Node, name = node.childForFieldName('name'), body = bodyOf(node)): Declaration | undefined {
  const kind = NAMED.get(node.type) ?? 'symbol';
  return name ? declare(writtenParts(name.text), { kind, name, body }) : undefined;
}

/** A type of C is declared where its body stands; `struct node *next` only speaks of it. */
function bodied(node: Node): Declaration | undefined {
  return node.childForFieldName('body') ? named(node) : undefined;
}

const SPECIAL: ReadonlyMap<string, (node: Node) => Declaration | undefined> = new Map([
  // C and C++: the name hides inside the declarator; PHP, Python, shells: it is the field `name`.
  ['function_definition', (node: Node) => (node.childForFieldName('name') ? named(node) : ofDeclarator(node))],
  ['class_specifier', bodied],
  ['struct_specifier', bodied],
  ['union_specifier', bodied],
  ['enum_specifier', bodied],
  ['type_definition', typeDefinition],
  ['impl_item', implementation],
  ['type_declaration', (node: Node) => typeOfGo(childOfType(node, 'type_spec', 'type_alias'))],
  ['type_spec', typeOfGo],
  ['type_alias', typeOfGo],
  ['method_declaration', method],
  ['destructor_declaration', (node: Node) => renamed(named(node), (name) => `~${name}`)],
  ['operator_declaration', operator],
  ['lexical_declaration', variable],
  ['variable_declaration', variable],
  ['public_field_definition', (node: Node) => heldFunction(node, node.childForFieldName('name'))],
  ['field_definition', (node: Node) => heldFunction(node, node.childForFieldName('property'))],
  ['pair', (node: Node) => heldFunction(node, node.childForFieldName('key'))],
  ['assignment_expression', assignedValue],
  ['call_expression', testCase],
  ['call', wrappedByCall],
]);

function renamed(declaration: Declaration | undefined, rename: (name: string) => string): Declaration | undefined {
  return declaration && { ...declaration, names: declaration.names.map(rename) };
}

function ofDeclarator(node: Node): Declaration | undefined {
  const name = declaratorName(node.childForFieldName('declarator'));
  if (!name) return undefined;
  const kind = name.names.length > 1 ? 'method' : 'function';
  return declare(name.names, { kind, name: name.node, body: bodyOf(node) });
}

/** `typedef struct { ... } Store;` */
function typeDefinition(node: Node): Declaration | undefined {
  const name = declaratorName(node.childForFieldName('declarator'));
  const type = node.childForFieldName('type');
  const body = type?.childForFieldName('body') ?? undefined;
  if (!name || !type || !body) return undefined;
  return declare(name.names, { kind: NAMED.get(type.type) ?? 'type', name: name.node, body });
}

/** `impl fmt::Display for Store<T>` holds members of `Store`. */
function implementation(node: Node): Declaration | undefined {
  let type = node.childForFieldName('type');
  while (type?.type === 'reference_type' || type?.type === 'generic_type') {
    const inner = type.childForFieldName('type');
    if (!inner) break;
    type = inner;
  }
  const name = type?.type === 'scoped_type_identifier' ? (type.childForFieldName('name') ?? type) : type;
  return name ? declare([name.text], { kind: 'class', name, body: bodyOf(node) }) : undefined;
}

function typeOfGo(node: Node | undefined): Declaration | undefined {
  const name = node?.childForFieldName('name');
  if (!node || !name) return undefined;
  const type = node.childForFieldName('type');
  const isInterface = type?.type === 'interface_type';
  const fields = type?.type === 'struct_type' ? childOfType(type, 'field_declaration_list') : undefined;
  const body = isInterface ? type : fields;
  return declare([name.text], { kind: isInterface ? 'interface' : fields ? 'struct' : 'type', name, body });
}

function method(node: Node): Declaration | undefined {
  const receiver = /([\p{L}_][\p{L}\p{N}_]*)(?:\[[^\]]*\])?\s*\)$/u.exec(
    node.childForFieldName('receiver')?.text ?? '',
  )?.[1];
  const own = named(node);
  return own && receiver !== undefined ? { ...own, names: [receiver, ...own.names] } : own;
}

/** C#: `operator ==`. */
function operator(node: Node): Declaration | undefined {
  const name = node.childForFieldName('operator');
  return name ? declare([`operator ${name.text}`], { kind: 'method', name, body: bodyOf(node) }) : undefined;
}

/** `describe('a store', () => { ... })` declares what its title says, `it.each(table)('keeps %s', ...)` as well. */
function testCase(node: Node): Declaration | undefined {
  const called = node.childForFieldName('function')?.text ?? '';
  if (!/^(?:describe|suite|context|it|test)\b/.test(called)) return undefined;
  const [title, ...rest] = node.childForFieldName('arguments')?.namedChildren ?? [];
  const held = rest.find((child) => child && /function|^class$/.test(child.type));
  if (!title || !held || !/string/.test(title.type)) return undefined;
  return declare([title.text.replace(/^['"`]|['"`]$/g, '')], { kind: 'test', name: title, body: bodyOf(held) });
}

/** Ruby: `private def get`. */
function wrappedByCall(node: Node): Declaration | undefined {
  const given = node.childForFieldName('arguments');
  const inner = given && childOfType(given, 'method', 'singleton_method');
  return inner ? named(inner) : undefined;
}
