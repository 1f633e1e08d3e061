import type { CodeSymbol, StructureBasis } from '../../core/code/symbol-reader.js';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import type { Document } from '../../core/types.js';
import { CHARACTERS_PER_TOKEN } from '../answer-budget.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { DocumentService } from '../documents.js';
import { explainFilter } from '../filters/explain-filter.js';
import { resolveFilter } from '../filters/resolve-filter.js';
import { type FindSymbolRequest, type FoundSymbol, findSymbol } from './find-symbol.js';
import { type DocumentWithOrWithoutText, firstWithin, linesOf, Structures, symbolAround } from './structures.js';

/** A document whose headings or declarations are asked for. */
export interface OutlineRequest {
  /** Id of a document or chunk, or a url. */
  readonly id: string;
  readonly collections: readonly string[];
  /** How many levels are shown, from 1. */
  readonly depth: number;
  /** Largest answer, in tokens of about four characters. */
  readonly maxTokens: number;
  readonly cursor?: string | undefined;
}

/** A heading or a declaration of an outline. */
export interface OutlineEntry {
  readonly depth: number;
  readonly kind: CodeSymbol['kind'];
  /** Names of what it stands in and its own, outermost first. */
  readonly path: readonly string[];
  readonly signature: string;
  readonly summary: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Headings or declarations of a document. */
export interface OutlineAnswer {
  readonly document: Document;
  readonly basis: StructureBasis;
  readonly totalLines: number;
  readonly entries: readonly OutlineEntry[];
  /** How many entries lie deeper than asked for. */
  readonly deeper: number;
  /** How many entries there are within the depth. */
  readonly total: number;
  readonly nextCursor: string | null;
}

/** What a place of a program stands in. */
export interface EnclosingSymbol extends Omit<OutlineEntry, 'depth'> {
  /** Offsets of the whole with its own comment, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Reads the structure of stored documents: outlines, definitions and references, what a place stands in. */
export class SymbolService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #documents: DocumentService;
  readonly #structures: Structures;

  constructor(context: ServiceContext, parts: { collections: CollectionService; documents: DocumentService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#documents = parts.documents;
    this.#structures = new Structures(context);
  }

  /** @throws QuarryError DOCUMENT_NOT_FOUND, COLLECTION_NOT_FOUND, CURSOR_INVALID */
  async outline(request: OutlineRequest): Promise<OutlineAnswer> {
    const document = await this.#documents.find(request.id, request.collections);
    const { basis, symbols, lines } = await this.#structures.read(document);
    const listed = symbols.filter((symbol) => !symbol.isMinor || symbol.depth === 0);
    const within = listed.filter((symbol) => symbol.depth < request.depth);
    const binding = [document.id, document.contentHash, request.depth];
    const first = decodeCursor(request.cursor, binding);
    const entries: OutlineEntry[] = [];
    let budget = request.maxTokens * CHARACTERS_PER_TOKEN;
    for (const symbol of within.slice(first)) {
      const { depth, kind, path, signature, summary } = symbol;
      const entry = { depth, kind, path, signature, summary, ...linesOf(symbol, lines) };
      budget -= JSON.stringify(entry).length;
      if (budget < 0 && entries.length > 0) break;
      entries.push(entry);
    }
    const next = first + entries.length;
    return {
      document,
      basis,
      totalLines: lines.lineCount,
      entries,
      deeper: listed.length - within.length,
      total: within.length,
      nextCursor: next < within.length ? encodeCursor(next, binding) : null,
    };
  }

  /** @throws QuarryError INPUT_INVALID, COLLECTION_NOT_FOUND, CURSOR_INVALID, CANCELLED */
  async find(request: FindSymbolRequest): Promise<FoundSymbol & { readonly hint: string | null }> {
    const collections = await this.#collections.select(request.collections);
    const filter = await resolveFilter(this.#context, collections, request.filter);
    const found = await findSymbol(this.#context, collections, { ...request, filter });
    const isEmpty = found.definitions.length + found.references.length === 0;
    const hint = isEmpty ? await explainFilter(this.#context, { collections, filter: request.filter }) : undefined;
    return { ...found, hint: hint ?? null };
  }

  /**
   * The innermost declaration around an offset of a stored program, or the first that begins before `until`; undefined where
   * there is neither, for prose and for a document that is gone. The text is read only where the document's structure is not
   * remembered.
   */
  async enclosing(
    document: DocumentWithOrWithoutText,
    offset: number,
    until = offset,
  ): Promise<EnclosingSymbol | undefined> {
    if (document.format !== 'code') return undefined;
    const structure = await this.#structures.of(document);
    const symbol = structure && (symbolAround(structure, offset) ?? firstWithin(structure, offset, until));
    if (symbol === undefined) return undefined;
    const { kind, path, signature, summary, start, end, startLine, endLine } = symbol;
    return { kind, path, signature, summary, start, end, startLine, endLine };
  }
}
