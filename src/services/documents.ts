import { decodeCursor, encodeCursor } from '../core/cursor.js';
import { QuarryError } from '../core/errors.js';
import type { Page, PageRequest, Unavailable } from '../core/ports.js';
import { locateQuote } from '../core/retrieval/locate-quote.js';
import { fenceableLength } from '../core/text/fence.js';
import { type LineBasis, lineBasisOf } from '../core/text/line-basis.js';
import { createLineIndex, type LineIndex } from '../core/text/lines.js';
import { pageOf, withoutPage } from '../core/text/page-of.js';
import type { Chunk, Collection, Document, SearchFilter } from '../core/types.js';
import { CHARACTERS_PER_TOKEN } from './answer-budget.js';
import { Absentees, askEach, throwIfUnread } from './ask-each.js';
import type { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import { explainFilter } from './filters/explain-filter.js';
import { addressPatternFor, resolveFilter } from './filters/resolve-filter.js';
import { noteDocumentId } from './notes.js';

/** A page of very short lines, each with its bar, must not outgrow what clients take. */
const MAX_FENCED_CHARACTERS = 95_000;

/** A part of a document to read. */
export interface FetchRequest {
  /** Id of a document, chunk or note, or a uri. */
  readonly id: string;
  readonly collections: readonly string[];
  /** 1-based, inclusive; default the whole document (or a chunk's own lines). */
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly maxTokens: number;
  readonly cursor?: string | undefined;
}

/** A part of a document. */
export interface FetchAnswer {
  readonly document: Document;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly totalLines: number;
  /** Set when the rest did not fit the budget. */
  readonly nextCursor: string | null;
  /** Collections that were asked for and cannot be read. */
  readonly unavailable: readonly Unavailable[];
}

/** A page of a list of documents. */
export interface DocumentPage extends Page<Omit<Document, 'text'>> {
  /** Which part of the filter left nothing. */
  readonly hint: string | null;
  /** Collections that were asked for and cannot be read. */
  readonly unavailable: readonly Unavailable[];
}

/** How a citation stands today. */
export type CitationStatus = 'exact' | 'moved' | 'changed' | 'gone';

/** What a reader remembers of a quotation. */
export interface CitationQuery {
  /** Id of a document or chunk, or a uri. */
  readonly document: string;
  /** Default: the chunk's own text. */
  readonly quote?: string | undefined;
  readonly contentHash?: string | undefined;
  readonly start?: number | undefined;
  readonly collections: readonly string[];
}

/** The verdict on a citation. */
export interface CitationCheck {
  readonly status: CitationStatus;
  readonly explanation: string;
  readonly uri: string | null;
  readonly documentId: string | null;
  readonly contentHash: string | null;
  /** Where the quotation stands now; null for `changed` and `gone`. */
  readonly span: {
    readonly start: number;
    readonly end: number;
    readonly startLine: number;
    readonly endLine: number;
    readonly lineBasis: LineBasis;
    readonly page: number | null;
  } | null;
  /** What stands at the old place, for `changed`. */
  readonly currentText: string | null;
  /** Collections that were asked for and cannot be read. */
  readonly unavailable: readonly Unavailable[];
}

interface FoundDocument {
  readonly document: Document;
  /** The passage that was asked for by its id. */
  readonly chunk?: Chunk;
}

/** Reads documents and checks citations against them. */
export class DocumentService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
  }

  /** Documents of the chosen collections (all of one before the next), ordered by uri. */
  async list(names: readonly string[], filter: SearchFilter, page: PageRequest): Promise<DocumentPage> {
    const collections = await this.#collections.select(names);
    const absentees = await this.#collections.absentees(names);
    const resolved = await resolveFilter(this.#context, collections, filter);
    const items: Omit<Document, 'text'>[] = [];
    let total = 0;
    let turn: Promise<unknown> = Promise.resolve();
    await askEach(collections, absentees, (collection) => {
      const part = turn.then(async () => {
        const offset = Math.max(0, page.offset - total);
        const wanted = page.limit - items.length;
        const limit = Math.max(1, wanted);
        const listed = await this.#context.store.listDocuments(collection.name, resolved, { offset, limit });
        if (wanted > 0) items.push(...listed.items);
        total += listed.total;
      });
      turn = part.catch(() => undefined); // the next collection goes on from what was listed before
      return part;
    });
    const hint = total > 0 ? undefined : await explainFilter(this.#context, { collections, filter });
    return { items, total, hint: hint ?? null, unavailable: absentees.list() };
  }

  /** @throws QuarryError DOCUMENT_NOT_FOUND, CURSOR_INVALID, INPUT_INVALID */
  async fetch(request: FetchRequest): Promise<FetchAnswer> {
    const absentees = await this.#collections.absentees(request.collections);
    const found = await this.#find(request.id, request.collections, absentees);
    if (found === undefined) {
      throwIfUnread(absentees);
      throw unknownDocument(request.id);
    }
    const { document } = found;
    const lines = createLineIndex(document.text);
    const span = lineSpan(lines, request.startLine ?? found.chunk?.startLine, request.endLine ?? found.chunk?.endLine);
    const binding = [document.id, document.contentHash, span.start, span.end];
    const start = Math.max(span.start, decodeCursor(request.cursor, binding));
    const budget = document.text.slice(start, start + request.maxTokens * CHARACTERS_PER_TOKEN);
    const end = cutAt(document.text, start, Math.min(span.end, start + fenceableLength(budget, MAX_FENCED_CHARACTERS)));
    return {
      document,
      text: document.text.slice(start, end),
      start,
      end,
      startLine: lines.lineAt(start),
      endLine: lines.lineAt(Math.max(start, end - 1)),
      totalLines: lines.lineCount,
      nextCursor: end < span.end ? encodeCursor(end, binding) : null,
      unavailable: absentees.list(),
    };
  }

  /** The document with this id or url, or the one that a chunk with this id belongs to. @throws QuarryError DOCUMENT_NOT_FOUND */
  async find(id: string, collections: readonly string[]): Promise<Document> {
    const absentees = await this.#collections.absentees(collections);
    const found = await this.#find(id, collections, absentees);
    if (found === undefined) {
      throwIfUnread(absentees);
      throw unknownDocument(id);
    }
    return found.document;
  }

  /**
   * Says whether a quotation still stands where, or at all, it was cited.
   * @throws QuarryError INPUT_INVALID when there is neither a quotation nor a chunk
   */
  async verifyCitation(query: CitationQuery): Promise<CitationCheck> {
    const absentees = await this.#collections.absentees(query.collections);
    const found = await this.#find(query.document, query.collections, absentees);
    const unavailable = absentees.list();
    const isChunk = query.document.startsWith('chk_');
    if (query.quote === undefined && !isChunk) throw quoteless();
    if (found === undefined) {
      throwIfUnread(absentees);
      return {
        unavailable,
        status: 'gone',
        explanation: isChunk
          ? 'No passage has this id any longer: its document was changed, cut anew or removed. Search again, or give its url and the quoted text.'
          : 'The document is no longer (or was never) indexed.',
        uri: null,
        documentId: null,
        contentHash: null,
        span: null,
        currentText: null,
      };
    }
    const { document, chunk } = found;
    const quote = query.quote ?? chunk?.text ?? '';
    const about = { unavailable, uri: document.uri, documentId: document.id, contentHash: document.contentHash };
    const near = query.start ?? chunk?.start ?? 0;
    const place = locateQuote(document.text, quote, near);
    if (place === undefined) {
      const currentText = query.start === undefined ? null : document.text.slice(near, near + quote.length);
      return {
        ...about,
        status: 'changed',
        explanation: 'The document is indexed, but no longer holds this text.',
        span: null,
        currentText,
      };
    }
    const lines = createLineIndex(document.text);
    const span = {
      start: place.start,
      end: place.end,
      startLine: lines.lineAt(place.start),
      endLine: lines.lineAt(place.end - 1),
      lineBasis: lineBasisOf(document),
      page: pageOf(document.metadata, place.start),
    };
    const isSamePlace = query.start === undefined || place.start === query.start;
    const isSameVersion =
      query.contentHash === undefined || document.contentHash.startsWith(query.contentHash.toLowerCase());
    const isExact = place.isExact && isSamePlace;
    return {
      ...about,
      status: isExact ? 'exact' : 'moved',
      explanation: explainPlace(isExact, place.isExact, isSameVersion),
      span,
      currentText: null,
    };
  }

  async #find(id: string, names: readonly string[], absentees: Absentees): Promise<FoundDocument | undefined> {
    const collections = await this.#collections.select(names);
    const answers = await askEach(collections, absentees, (collection) => this.#findIn(collection, id));
    return answers.find((found) => found !== undefined) ?? this.#findByAddress(collections, id);
  }

  async #findIn(collection: Collection, id: string): Promise<FoundDocument | undefined> {
    const { store } = this.#context;
    if (/#page=\d+$/.test(id)) return this.#findIn(collection, withoutPage(id));
    if (id.startsWith('chk_')) {
      const [candidate] = await store.getChunks(collection.name, [id]);
      if (candidate === undefined) return undefined;
      const document = await store.getDocument(collection.name, candidate.chunk.documentId);
      if (document === undefined) return undefined;
      return { document, chunk: candidate.chunk };
    }
    const byId = await store.getDocument(collection.name, id);
    if (byId !== undefined) return { document: byId };
    const [byUri] = await store.findDocumentsByUri(collection.name, id);
    const document = byUri ?? (await store.getDocument(collection.name, noteDocumentId(collection.name, id)));
    return document === undefined ? undefined : { document };
  }

  /** The first document whose address somebody may mean, when none is called exactly so. */
  async #findByAddress(collections: readonly Collection[], typed: string): Promise<FoundDocument | undefined> {
    if (collections.length === 0 || /^(?:chk|doc)_/.test(typed)) return undefined;
    const { store } = this.#context;
    const uriPattern = await addressPatternFor(this.#context, collections, { typed, match: 'whole' });
    const found = await askEach(collections, new Absentees(), async ({ name }) => {
      const { items } = await store.listDocuments(name, { uriPattern }, { offset: 0, limit: 1 });
      return items[0] === undefined ? undefined : store.getDocument(name, items[0].id);
    });
    const document = found.find((one) => one !== undefined);
    return document === undefined ? undefined : { document };
  }
}

function quoteless(): QuarryError {
  return new QuarryError('INPUT_INVALID', 'There is no quoted text to look for.', {
    hint: 'Give quote, or the chk_ id of a search result as document to check that whole passage.',
  });
}

function unknownDocument(id: string): QuarryError {
  return new QuarryError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(id.slice(0, 300))}.`, {
    hint: 'Use an id or url that search or list_documents gave.',
  });
}

function explainPlace(isExact: boolean, isLetterByLetter: boolean, isSameVersion: boolean): string {
  if (isExact)
    return isSameVersion
      ? 'The text stands exactly as cited.'
      : 'The document has changed, but the cited text stands exactly as cited.';
  if (!isLetterByLetter) return 'The text is there with different white space; the span gives its place.';
  return 'The text is there, at another place; the span gives it.';
}

/** Offsets of a range of lines. @throws QuarryError INPUT_INVALID for an empty or outlying range */
function lineSpan(
  lines: LineIndex,
  first: number | undefined,
  last: number | undefined,
): { start: number; end: number } {
  const from = first ?? 1;
  const to = Math.min(last ?? lines.lineCount, lines.lineCount);
  if (from > lines.lineCount || to < from) {
    throw new QuarryError('INPUT_INVALID', `Lines ${from} to ${last ?? 'the end'} are not in the document.`, {
      hint: `It has ${lines.lineCount} lines.`,
    });
  }
  return { start: lines.startOf(from), end: lines.endOf(to) };
}

/** Moves a cut that would fall into a word or a surrogate pair back to the last line end, space, or code point. */
function cutAt(text: string, start: number, end: number): number {
  if (end >= text.length || text[end] === '\n') return Math.min(end, text.length);
  const window = text.slice(start, end);
  const cut = Math.max(window.lastIndexOf('\n'), window.length > 2_000 ? -1 : window.lastIndexOf(' '));
  if (cut > window.length / 2) return start + cut + 1;
  const isInsidePair = /[\uD800-\uDBFF]/.test(text[end - 1] ?? '');
  return isInsidePair && end - 1 > start ? end - 1 : end;
}
