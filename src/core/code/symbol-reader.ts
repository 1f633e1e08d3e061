import type { Document } from '../types.js';

/** What a declaration or heading is, over all languages. */
export const SYMBOL_KINDS = [
  'heading',
  'module',
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'type',
  'function',
  'method',
  'property',
  'variable',
  'member',
  'macro',
  'test',
  'symbol',
] as const;
/** One of {@link SYMBOL_KINDS}; `symbol` where the language's grammar is unknown. */
export type SymbolKind = (typeof SYMBOL_KINDS)[number];

/** A heading of a text, or a declaration of a program. Offsets are UTF-16 code units of the document's text. */
export interface CodeSymbol {
  readonly kind: SymbolKind;
  /** Names of what it stands in, outermost first, its own last. */
  readonly path: readonly string[];
  /** How deep it is nested, from 0. */
  readonly depth: number;
  /** The whole, with its own comment, decorators and attributes: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Where its name begins; `start` where that is unknown. */
  readonly nameAt: number;
  /** Everything before its body on one line, at most 200 code units; of a heading, what it says. */
  readonly signature: string;
  /** First sentence of its own comment; empty without one. */
  readonly summary: string;
  /** True for a field, a variable, a member of an enumeration: found by name, left out where only the shape counts. */
  readonly isMinor: boolean;
}

/** What the symbols of a document were read from. */
export type StructureBasis =
  /** The syntax tree of the language's grammar. */
  | 'syntax'
  /** Headings. */
  | 'headings'
  /** Lines that look like declarations: the language has no grammar here, or its parser gave up. */
  | 'layout';

/** The symbols of a document in their order, each before what it holds. */
export interface DocumentStructure {
  readonly basis: StructureBasis;
  readonly symbols: readonly CodeSymbol[];
}

/** What a name is where it stands; `word` where no grammar can tell. */
export type MentionKind = 'definition' | 'reference' | 'comment' | 'string' | 'word';

/** A place of a document where a name stands as a whole word. */
export interface Mention {
  readonly start: number;
  /** The name as it is written there. */
  readonly text: string;
  readonly kind: MentionKind;
}

/** A document's structure and the places of a name in it. */
export interface LocatedName extends DocumentStructure {
  readonly mentions: readonly Mention[];
}

/** The part of a document that its structure is read from. */
export type ReadableDocument = Pick<Document, 'text' | 'format' | 'language'>;

/** Reads headings and declarations, and tells what a name is where it stands. Keeps nothing between two calls. */
export interface SymbolReader {
  /** Languages with a grammar, under every name that documents may carry. */
  readonly languages: readonly string[];
  structureOf(document: ReadableDocument): Promise<DocumentStructure>;
  /** `name` is one identifier; it is found in any case, as a whole word. */
  locate(document: ReadableDocument, name: string): Promise<LocatedName>;
}
