import type { DocumentSpan } from '../../core/benchmark/chunk-scores.js';
import type { StaleJudgment } from '../../core/benchmark/run-record.js';
import type { Excerpt, Suite } from '../../core/benchmark/suite.js';
import type { Qrels } from '../../core/metrics/judgments.js';
import type { KnowledgeStore } from '../../core/ports.js';
import { locateQuote } from '../../core/retrieval/locate-quote.js';
import { queryTermsOf } from '../../core/text/search-text.js';
import type { Collection, Document } from '../../core/types.js';

const PAGE = 1_000;
/** How many keyword hits are searched for a quotation that left its document. */
const SEARCH_DEPTH = 20;

/** Whose documents are judged: the suite's own, or those of a living collection, which change on their own. */
export type JudgedPlace = 'own' | 'living';

/** Judgments as they stand for a collection today. */
export interface AnchoredJudgments {
  /** Judgments by document id of the store; stale ones are left out. A document that the suite's own corpus lacks keeps its suite id. */
  readonly qrels: Qrels;
  /** Reference spans by query id, with document ids of the store. */
  readonly references: ReadonlyMap<string, readonly DocumentSpan[]>;
  /** Id in the suite by document id of the store. */
  readonly suiteIds: ReadonlyMap<string, string>;
  readonly stale: readonly StaleJudgment[];
  /** Judgments whose quotation was found in another document than named. */
  readonly moved: number;
  /** Judged documents that the suite's own corpus does not hold; they count as not found. */
  readonly missing: readonly string[];
}

interface Listing {
  readonly byUri: ReadonlyMap<string, string>;
  readonly byStem: ReadonlyMap<string, readonly string[]>;
  readonly byHash: ReadonlyMap<string, string>;
  readonly uris: ReadonlyMap<string, string>;
}

/**
 * Finds the documents and spans that a suite's judgments speak of in a collection as it is now: by uri, by the end of
 * the path, by content hash, and at last by the quotation itself. A judgment whose document is gone, or whose quotation
 * stands nowhere any more, is stale: reported and left out, never counted as a miss. A suite's own corpus is another
 * matter: there ids are exact, and a document that is missing was lost.
 */
export async function anchorJudgments(
  store: KnowledgeStore,
  about: { readonly collection: Collection; readonly suite: Suite; readonly place: JudgedPlace },
): Promise<AnchoredJudgments> {
  const { collection, suite, place } = about;
  const finder = new JudgmentFinder(store, collection, await listDocuments(store, collection));
  const excerpts = groupExcerpts(suite.excerpts);
  const qrels = new Map<string, Map<string, number>>();
  const references = new Map<string, DocumentSpan[]>();
  const stale: StaleJudgment[] = [];
  const missing = new Set<string>();
  for (const [queryId, judgments] of suite.qrels) {
    const resolved = new Map<string, number>();
    for (const [documentId, grade] of judgments) {
      const quoted = excerpts.get(`${queryId}\u0000${documentId}`) ?? [];
      const found = await (place === 'own' ? finder.findOwn(documentId, quoted) : finder.find(documentId, quoted));
      if (found === 'missing') {
        missing.add(documentId);
        resolved.set(documentId, grade);
      } else if (typeof found === 'string') stale.push({ queryId, documentId, reason: found });
      else {
        resolved.set(found.document, Math.max(grade, resolved.get(found.document) ?? grade));
        references.set(queryId, [...(references.get(queryId) ?? []), ...found.spans]);
      }
    }
    if (hasAnswer(resolved) || !hasAnswer(judgments)) qrels.set(queryId, resolved);
  }
  return { qrels, references, stale, suiteIds: finder.suiteIds, moved: finder.moved, missing: [...missing] };
}

/** A query whose every relevant judgment went stale would score 0 for no fault of the search. */
function hasAnswer(judgments: ReadonlyMap<string, number>): boolean {
  return [...judgments.values()].some((grade) => grade > 0);
}

function groupExcerpts(excerpts: readonly Excerpt[]): Map<string, Excerpt[]> {
  const groups = new Map<string, Excerpt[]>();
  for (const excerpt of excerpts) {
    const key = `${excerpt.queryId}\u0000${excerpt.documentId}`;
    groups.set(key, [...(groups.get(key) ?? []), excerpt]);
  }
  return groups;
}

async function listDocuments(store: KnowledgeStore, collection: Collection): Promise<Listing> {
  const byUri = new Map<string, string>();
  const byStem = new Map<string, string[]>();
  const byHash = new Map<string, string>();
  const uris = new Map<string, string>();
  for (let offset = 0; ; ) {
    const page = await store.listDocuments(collection.name, {}, { offset, limit: PAGE });
    for (const { id, uri, contentHash } of page.items) {
      byUri.set(uri, id);
      byHash.set(contentHash, id);
      uris.set(id, uri);
      const name = lastSegment(stemOf(uri));
      byStem.set(name, [...(byStem.get(name) ?? []), id]);
    }
    offset += page.items.length;
    if (page.items.length === 0 || offset >= page.total) return { byUri, byStem, byHash, uris };
  }
}

/** The uri with plain slashes and without a file ending. */
function stemOf(uri: string): string {
  return uri.replaceAll('\\', '/').replace(/\.[A-Za-z0-9]{1,8}$/, '');
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Found {
  readonly document: string;
  readonly spans: readonly DocumentSpan[];
}

/** Remembers documents while judgments are looked up, query after query. */
class JudgmentFinder {
  readonly suiteIds = new Map<string, string>();
  moved = 0;
  readonly #store: KnowledgeStore;
  readonly #collection: Collection;
  readonly #listing: Listing;
  readonly #texts = new Map<string, string>();

  constructor(store: KnowledgeStore, collection: Collection, listing: Listing) {
    this.#store = store;
    this.#collection = collection;
    this.#listing = listing;
  }

  /** A document of the suite's own corpus, by its exact id. */
  async findOwn(documentId: string, excerpts: readonly Excerpt[]): Promise<Found | 'missing'> {
    const named = this.#listing.byUri.get(documentId);
    if (named === undefined) return 'missing';
    return this.#take(named, documentId, excerpts.length === 0 ? [] : await this.#locate(named, excerpts));
  }

  async find(documentId: string, excerpts: readonly Excerpt[]): Promise<Found | StaleJudgment['reason']> {
    const named = this.#byName(documentId) ?? this.#byHash(excerpts);
    if (named !== undefined) {
      const spans = excerpts.length === 0 ? [] : await this.#locate(named, excerpts);
      if (excerpts.length === 0 || spans.length > 0) return this.#take(named, documentId, spans);
    }
    for (const excerpt of excerpts) {
      const elsewhere = await this.#search(excerpt.quote);
      if (elsewhere === undefined) continue;
      this.moved += 1;
      return this.#take(elsewhere, documentId, await this.#locate(elsewhere, excerpts));
    }
    return named === undefined ? 'gone' : 'changed';
  }

  #take(document: string, suiteId: string, spans: readonly DocumentSpan[]): Found {
    if (!this.suiteIds.has(document)) this.suiteIds.set(document, suiteId);
    return { document, spans };
  }

  /** Exact uri, else the only document whose path ends so. */
  #byName(documentId: string): string | undefined {
    const exact = this.#listing.byUri.get(documentId);
    if (exact !== undefined) return exact;
    for (const wanted of new Set([documentId, stemOf(documentId)])) {
      const ending = `/${wanted}`;
      const candidates = (this.#listing.byStem.get(lastSegment(wanted)) ?? []).filter((id) => {
        const stem = stemOf(this.#listing.uris.get(id) ?? '');
        return stem === wanted || stem.endsWith(ending);
      });
      if (candidates.length === 1) return candidates[0];
    }
    return undefined;
  }

  #byHash(excerpts: readonly Excerpt[]): string | undefined {
    const hash = excerpts.find((excerpt) => excerpt.contentHash !== null)?.contentHash;
    const found = typeof hash === 'string' ? this.#listing.byHash.get(hash) : undefined;
    if (found !== undefined) this.moved += 1;
    return found;
  }

  async #locate(document: string, excerpts: readonly Excerpt[]): Promise<DocumentSpan[]> {
    const text = await this.#textOf(document);
    return excerpts.flatMap(({ quote }) => {
      const place = locateQuote(text, quote, 0);
      return place === undefined ? [] : [{ document, start: place.start, end: place.end }];
    });
  }

  async #search(quote: string): Promise<string | undefined> {
    const terms = queryTermsOf(quote);
    if (terms.length === 0) return undefined;
    const hits = await this.#store.searchKeyword(this.#collection.name, { terms }, SEARCH_DEPTH, {});
    for (const document of new Set(hits.map((hit) => hit.chunk.documentId))) {
      if (locateQuote(await this.#textOf(document), quote, 0) !== undefined) return document;
    }
    return undefined;
  }

  async #textOf(id: string): Promise<string> {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const document: Document | undefined = await this.#store.getDocument(this.#collection.name, id);
    const text = document?.text ?? '';
    this.#texts.set(id, text);
    return text;
  }
}
