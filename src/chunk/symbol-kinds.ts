import type { SymbolKind } from '../core/code/symbol-reader.js';

const TYPES_BY_KIND: Readonly<Partial<Record<SymbolKind, string>>> = {
  module: `internal_module module namespace_declaration file_scoped_namespace_declaration mod_item namespace_definition`,
  class: `class_declaration abstract_class_declaration class_definition class_specifier class record_declaration`,
  interface: `interface_declaration annotation_type_declaration`,
  struct: `struct_declaration record_struct_declaration struct_item struct_specifier union_item union_specifier`,
  enum: `enum_declaration enum_item enum_specifier`,
  trait: `trait_item trait_declaration`,
  type: `type_alias_declaration concept_definition delegate_declaration`,
  function: `function_declaration generator_function_declaration function_signature function_definition function_item
    local_function_statement`,
  method: `method_definition abstract_method_signature method_declaration constructor_declaration function_signature_item
    compact_constructor_declaration method singleton_method destructor_declaration`,
  property: `property_declaration`,
  macro: `macro_definition`,
};

/** Node types, over all grammars, that declare what their field `name` says, with what they declare. */
export const NAMED: ReadonlyMap<string, SymbolKind> = new Map(
  Object.entries(TYPES_BY_KIND).flatMap(([kind, types]) =>
    types.split(/\s+/).map((type) => [type, kind as SymbolKind] as const),
  ), // Object.entries gives the keys that the table has.
);

/** Kinds whose functions are methods. */
export const HOLDS_METHODS: ReadonlySet<SymbolKind> = new Set(['class', 'interface', 'struct', 'enum', 'trait']);
