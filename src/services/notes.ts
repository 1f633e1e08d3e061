import { QuarryError } from '../core/errors.js';
import { documentId, sha256 } from '../core/identity.js';
import { noteSource, noteSourceId } from '../core/note-source.js';
import { nearestName } from '../core/text/nearest-name.js';
import { normalizeText } from '../core/text/normalize-text.js';
import type {
  Collection,
  Document,
  ExtractedDocument,
  JsonObject,
  NoteStatus,
  SearchFilter,
  Source,
} from '../core/types.js';
import { type CollectionService, DEFAULT_COLLECTION } from './collections.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';
import { explainFilter } from './filters/explain-filter.js';
import { foldWhereItCan } from './fold.js';

/** Notes written between two foldings of the keyword index. */
const FOLD_EVERY = 50;
const PAGE = 500;

/** A note as its writer gives it; what is left out keeps its value (update) or takes its default (create). */
export interface NoteInput {
  readonly title?: string | undefined;
  /** Markdown. */
  readonly text?: string | undefined;
  readonly category?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** 0..1, default 1. */
  readonly confidence?: number | undefined;
  readonly status?: NoteStatus | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly licence?: string | undefined;
}

/** How many notes there are, by what. */
export interface NoteStatistics {
  readonly total: number;
  readonly byCategory: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byTag: Readonly<Record<string, number>>;
  /** Mean confidence; 0 when there are no notes. */
  readonly meanConfidence: number;
}

/** Notes given by the caller: created, read, changed and deleted one by one, searchable at once. */
export class NoteService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #written = new Map<string, number>();

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
  }

  /** @throws QuarryError ALREADY_EXISTS when the id is taken, INPUT_INVALID for an empty text */
  async create(
    name: string | undefined,
    input: NoteInput & { readonly title: string; readonly text: string },
    id?: string,
  ): Promise<Document> {
    const collection = await this.#collections.ensure(name ?? DEFAULT_COLLECTION);
    const source = await this.#source(collection.name);
    const noteId = id ?? slugOf(input.title, input.text);
    const uri = uriOf(noteId);
    if ((await this.#context.store.getDocument(collection.name, documentId(source.id, uri))) !== undefined) {
      throw new QuarryError('ALREADY_EXISTS', `There is already a note ${JSON.stringify(noteId)}.`, {
        hint: 'Update it, or give another id.',
      });
    }
    return this.#write(collection.name, source, {
      uri,
      title: requireText(input.title, 'title'),
      text: requireText(input.text, 'text'),
      format: 'markdown',
      mediaType: 'text/markdown',
      language: '',
      licence: input.licence ?? '',
      revision: '',
      modifiedAt: this.#context.clock.now(),
      category: input.category ?? '',
      tags: [...new Set(input.tags ?? [])],
      status: input.status ?? 'active',
      confidence: input.confidence ?? 1,
      metadata: input.metadata ?? {},
    });
  }

  /** @throws QuarryError NOTE_NOT_FOUND */
  async get(name: string | undefined, id: string): Promise<Document> {
    const collection = await this.#collections.get(name ?? DEFAULT_COLLECTION);
    const note =
      (await this.#find(collection.name, id)) ?? (name === undefined ? await this.#findAnywhere(id) : undefined);
    if (note !== undefined) return note;
    throw await this.#notFound(collection.name, id);
  }

  /** A note by its own id, its uri, its document id or the id of one of its chunks: whichever was printed. */
  async #find(collection: string, id: string): Promise<Document | undefined> {
    const { store } = this.#context;
    const named = await store.getDocument(collection, noteDocumentId(collection, id));
    if (named !== undefined) return named;
    const [hit] = id.startsWith('chk_') ? await store.getChunks(collection, [id]) : [];
    const document = hit?.chunk.documentId ?? id;
    const found = document.startsWith('doc_') ? await store.getDocument(collection, document) : undefined;
    return found?.sourceKind === 'text' ? found : undefined;
  }

  /** Ids of documents and chunks are unique in the whole workspace, so that they need no collection beside them. */
  async #findAnywhere(id: string): Promise<Document | undefined> {
    if (!/^(?:doc|chk)_/.test(id)) return undefined;
    for (const { name } of await this.#context.store.listCollections()) {
      const found = await this.#find(name, id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #notFound(collection: string, id: string): Promise<QuarryError> {
    const notes = await this.list(collection, {}, { offset: 0, limit: PAGE });
    const near = nearestName(
      id,
      notes.items.flatMap((note) => [noteIdOf(note.uri), note.id]),
    );
    return new QuarryError(
      'NOTE_NOT_FOUND',
      `There is no note ${JSON.stringify(id)} in ${JSON.stringify(collection)}.`,
      {
        hint:
          near === undefined
            ? 'List the notes to see their ids.'
            : `Did you mean ${near}? List the notes to see their ids.`,
      },
    );
  }

  /** Changes what is given and keeps the rest. @throws QuarryError NOTE_NOT_FOUND */
  async update(name: string | undefined, id: string, input: NoteInput): Promise<Document> {
    const note = await this.get(name, id);
    const source = await this.#source(note.collection);
    return this.#write(note.collection, source, {
      ...note,
      title: input.title === undefined ? note.title : requireText(input.title, 'title'),
      text: input.text === undefined ? note.text : requireText(input.text, 'text'),
      licence: input.licence ?? note.licence,
      category: input.category ?? note.category,
      tags: input.tags === undefined ? note.tags : [...new Set(input.tags)],
      status: input.status ?? note.status,
      confidence: input.confidence ?? note.confidence,
      metadata: input.metadata ?? note.metadata,
      modifiedAt: this.#context.clock.now(),
    });
  }

  /** @throws QuarryError NOTE_NOT_FOUND */
  async delete(name: string | undefined, id: string): Promise<void> {
    const note = await this.get(name, id);
    await this.#context.store.deleteDocuments(note.collection, [note.id]);
  }

  /** Notes by uri. */
  async list(
    name: string | undefined,
    filter: Pick<SearchFilter, 'categories' | 'tags' | 'statuses'>,
    page: { offset: number; limit: number },
  ): Promise<{ items: readonly Omit<Document, 'text'>[]; total: number; hint: string | null }> {
    const collection = await this.#collections.get(name ?? DEFAULT_COLLECTION);
    const base: SearchFilter = { sourceKinds: ['text'] };
    const { items, total } = await this.#context.store.listDocuments(collection.name, { ...filter, ...base }, page);
    const request = { collections: [collection], filter, base };
    return { items, total, hint: total > 0 ? null : ((await explainFilter(this.#context, request)) ?? null) };
  }

  /** Counts over all notes of a collection. */
  async statistics(name: string | undefined): Promise<NoteStatistics> {
    const byCategory = new Map<string, number>();
    const byStatus = new Map<string, number>();
    const byTag = new Map<string, number>();
    let total = 0;
    let confidence = 0;
    for (;;) {
      const page = await this.list(name, {}, { offset: total, limit: PAGE });
      for (const note of page.items) {
        tally(byCategory, note.category === '' ? 'none' : note.category);
        tally(byStatus, note.status);
        for (const tag of note.tags) tally(byTag, tag);
        confidence += note.confidence;
      }
      total += page.items.length;
      if (page.items.length === 0 || total >= page.total) break;
    }
    return {
      total,
      byCategory: Object.fromEntries(byCategory),
      byStatus: Object.fromEntries(byStatus),
      byTag: Object.fromEntries(byTag),
      meanConfidence: total === 0 ? 0 : confidence / total,
    };
  }

  /** Folds what was written since the last folding. */
  async settle(): Promise<void> {
    for (const name of [...this.#written.keys()]) {
      if (await foldWhereItCan(this.#context, name)) this.#written.delete(name);
    }
  }

  async #source(collection: string): Promise<Source> {
    const known = await this.#context.store.getSource(noteSourceId(collection));
    if (known !== undefined) return known;
    const source = noteSource(collection, this.#context.clock.now());
    await this.#context.store.putSource(source);
    return source;
  }

  async #write(name: string, source: Source, document: ExtractedDocument): Promise<Document> {
    const stored = await this.#collections.writeInSpace(name, (collection) => this.#put(collection, source, document));
    // Here it is stored: whatever fails from now on does not fail the call.
    const written = (this.#written.get(name) ?? 0) + 1;
    this.#written.set(name, written);
    if (written % FOLD_EVERY === 0) await foldWhereItCan(this.#context, name);
    return stored;
  }

  async #put(collection: Collection, source: Source, document: ExtractedDocument): Promise<Document> {
    await this.#collections.requireSpace(collection);
    const writer = new DocumentWriter({
      context: this.#context,
      collection,
      embedder: await this.#context.embedder(),
      signal: new AbortController().signal,
    });
    const stored = await writer.add(source, document);
    await writer.flush();
    return stored;
  }
}

/** The id that a note's uri holds. */
export function noteIdOf(uri: string): string {
  return uri.slice('note:'.length);
}

function uriOf(id: string): string {
  return `note:${id}`;
}

/** Id of the document behind a note of a collection, by the note's own id or its uri. */
export function noteDocumentId(collection: string, idOrUri: string): string {
  const uri = idOrUri.startsWith('note:') ? idOrUri : uriOf(idOrUri);
  return documentId(noteSourceId(collection), uri);
}

/** A readable id: words of the title and six digits of the content's hash. */
function slugOf(title: string, text: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48);
  return `${words === '' ? 'note' : words}-${sha256(JSON.stringify([title, text])).slice(0, 6)}`;
}

function requireText(value: string, field: string): string {
  const clean = normalizeText(value);
  if (clean.trim() !== '') return clean;
  throw new QuarryError('INPUT_INVALID', `The note's ${field} is empty.`, { hint: `Give a ${field}.` });
}

/** A map, since a tag may have the name of something that every object has. */
function tally(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
