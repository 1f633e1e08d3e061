import { enclosingSymbol } from '../../core/code/enclosing-symbol.js';
import type { CodeSymbol, DocumentStructure } from '../../core/code/symbol-reader.js';
import { createLineIndex, type LineIndex } from '../../core/text/lines.js';
import type { Document } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

/** The structure of a document with the lines of its text. */
export interface ReadStructure extends DocumentStructure {
  readonly lines: LineIndex;
}

/** A document whose text is read from the store only where it is needed. */
export type DocumentWithOrWithoutText = Omit<Document, 'text'> & Partial<Pick<Document, 'text'>>;

/** Most symbols that are remembered, about 30 MB at worst. */
const MOST_REMEMBERED = 100_000;

/** Structures of documents, remembered by the hash of their text. */
export class Structures {
  readonly #context: ServiceContext;
  /** Least recently used first. */
  readonly #known = new Map<string, ReadStructure>();
  #symbols = 0;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Undefined when the document is no longer stored. */
  async of(document: DocumentWithOrWithoutText): Promise<ReadStructure | undefined> {
    const known = this.#recall(keyOf(document));
    if (known !== undefined) return known;
    const text = document.text ?? (await this.#context.store.getDocument(document.collection, document.id))?.text;
    return text === undefined ? undefined : this.read({ ...document, text });
  }

  /** The structure of a document whose text is at hand. */
  async read(document: Document): Promise<ReadStructure> {
    const key = keyOf(document);
    const known = this.#recall(key);
    if (known !== undefined) return known;
    const reader = await this.#context.symbolReader();
    const structure = { ...(await reader.structureOf(document)), lines: createLineIndex(document.text) };
    this.#remember(key, structure);
    return structure;
  }

  #recall(key: string): ReadStructure | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #remember(key: string, structure: ReadStructure): void {
    if (this.#known.has(key)) return;
    this.#known.set(key, structure);
    this.#symbols += structure.symbols.length + 1;
    for (const [oldest, { symbols }] of this.#known) {
      if (this.#symbols <= MOST_REMEMBERED || oldest === key) break;
      this.#known.delete(oldest);
      this.#symbols -= symbols.length + 1;
    }
  }
}

function keyOf({ contentHash, format, language }: DocumentWithOrWithoutText): string {
  return `${contentHash} ${format} ${language}`;
}

/** The innermost symbol around an offset, with its lines. */
export function symbolAround(
  structure: ReadStructure,
  offset: number,
): (CodeSymbol & { readonly startLine: number; readonly endLine: number }) | undefined {
  const symbol = enclosingSymbol(structure.symbols, offset);
  return symbol && { ...symbol, ...linesOf(symbol, structure.lines) };
}

/** The first symbol that begins in `[start, end)`, with its lines; fields and variables do not count. */
export function firstWithin(structure: ReadStructure, start: number, end: number): ReturnType<typeof symbolAround> {
  const symbol = structure.symbols.find((one) => !one.isMinor && one.start >= start && one.start < end);
  return symbol && { ...symbol, ...linesOf(symbol, structure.lines) };
}

/** First and last line of a symbol, from 1. */
export function linesOf(
  { start, end }: Pick<CodeSymbol, 'start' | 'end'>,
  lines: LineIndex,
): { readonly startLine: number; readonly endLine: number } {
  return { startLine: lines.lineAt(start), endLine: lines.lineAt(Math.max(start, end - 1)) };
}
