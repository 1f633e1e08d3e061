import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TermStatistics } from '../../core/keyword-port.js';
import { type PostingQuery, TermPostings } from '../../core/ranking/term-postings.js';
import { BestFew } from '../../core/vectors/best-few.js';
import type { ResultRows } from '../columns.js';
import { indexName, KEYWORD_COLUMN } from '../indexes.js';
import type { KeywordCoverage } from '../keyword-coverage.js';
import { CANDIDATE_COLUMNS, DOCUMENT_ORDINAL, type UnscoredCandidate } from '../knowledge-rows.js';
import { IS_DOCUMENT, type KnowledgeTable } from '../knowledge-table.js';
import { termsOf } from '../row-terms.js';
import type { Background } from './background.js';
import { PackedRows } from './packed-rows.js';
import type { Tenant } from './room.js';
import { fragmentOf, type RowId, takeRows } from './row-ids.js';
import { holds, type RowList, type RowLists } from './row-lists.js';
import { readPlaces } from './stored-places.js';

/** What a row takes at least, about, before the first have been read: short texts, a vector, fifty postings. */
const USUAL_ROW_BYTES = 2_000;
/** So many rows tell what a row takes; where there is no room for all, the others are not read. */
const TELLING_ROWS = 10_000;

/** Most rows that are kept of these; of all, as many as there is room for. */
const MOST_ROWS = { all: Number.POSITIVE_INFINITY, waiting: 6_000, documents: 25_000 } as const;
/** More rows than these are read beside the searches, which go on without them where there is an index. */
const READ_AT_ONCE = 1_000;
/** Rows that are read in one go, and those that are taken in, between which searches have their turn. */
const SLICE = 4_096;
const PIECE = 64;
/** Rows that are gone are passed over until they are more than this, and more than those that are there. */
const FEWEST_GONE = 4_096;
/** The version of what holds nothing. */
const NO_VERSION = -1;
/** Rows more than are wanted, where the last of them are equally good. */
const SPARE_TIES = 100;

/** What is looked for among the rows. */
export interface TermQuery extends PostingQuery {
  readonly limit: number;
  /** Rows that a filter admits; all where there is none. */
  readonly admitted: RowList | undefined;
}

/** What is kept of a table, and how. */
export interface ResidentParts {
  readonly knowledge: KnowledgeTable;
  readonly lists: RowLists;
  readonly background: Background;
}

/** Which rows of a table are kept: all, those that wait for the keyword index, or those that stand for documents. */
export type TermRows = keyof typeof MOST_ROWS;

/**
 * Rows by their terms, in memory. LanceDB reads and scores rows that its index does not cover anew at each search, by other
 * numbers; here they are scored by the numbers of the index, so that it need not be brought up to date for a few rows. A
 * table whose rows are all here, with what a search shows of them, needs no query of the engine.
 */
export class ResidentTerms implements Tenant {
  readonly #knowledge: KnowledgeTable;
  readonly #lists: RowLists;
  readonly #which: TermRows;
  readonly #background: Background;
  #rowBytes = USUAL_ROW_BYTES;
  /** The rows of the version that it was brought to, and those that were read since. */
  #settled: RowList | undefined;
  #unsettled: RowId[] = [];
  #turn: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #postings = new TermPostings();
  #rows: PackedRows;
  #places = new Map<RowId, number>();
  /** The row of each place. */
  #ids: RowId[] = [];
  /** Rows that stand for documents, with their names, by place. */
  #documents = new Map<number, { readonly id: string; readonly names: readonly string[] }>();
  /** Places of each document's chunks by ordinal, also of chunks that are gone. */
  #chunks = new Map<string, number[]>();

  constructor(table: ResidentParts, which: TermRows) {
    const { knowledge, lists, background } = table;
    this.#knowledge = knowledge;
    this.#lists = lists;
    this.#background = background;
    this.#which = which;
    this.#rows = packedRows(knowledge);
  }

  get bytes(): number {
    return this.#postings.bytes + this.#rows.bytes;
  }

  /** What so many rows take, as far as can be told. */
  bytesOf(rows: number): number {
    return Math.max(this.bytes, rows * this.#rowBytes);
  }

  get isWhole(): boolean {
    return this.#which === 'all';
  }

  /** The version of the table whose rows it holds. */
  get version(): number {
    return this.#settled?.version ?? NO_VERSION;
  }

  get isEmpty(): boolean {
    return this.#postings.size === 0;
  }

  /** In how many rows a term stands. */
  frequency(term: string): number {
    return this.#postings.frequency(term);
  }

  /** How common terms are where all rows are here. */
  statistics(terms: readonly string[]): TermStatistics {
    const chunks = this.#postings.size - this.#documents.size;
    return { chunks, documentFrequency: new Map(terms.map((term) => [term, this.frequency(term)])) };
  }

  /** What the terms of a query weigh where all rows are here. */
  weights(terms: readonly string[]): Pick<PostingQuery, 'weights' | 'pivot'> {
    return { weights: this.#postings.weights(terms), pivot: this.#postings.pivot };
  }

  /**
   * Brings it to a version of the table.
   * @returns whether it could; not while many rows are read, where too many wait, where no index covers anything beside
   * which rows could wait, or where there is a newer version
   */
  async follow(covered: KeywordCoverage): Promise<boolean> {
    if (!this.#canBeKept(covered)) return false;
    if (covered.version === this.version) return true;
    this.#turn ??= this.#catchUp(covered).finally(() => {
      this.#turn = undefined;
    });
    await this.#turn;
    return covered.version === this.version;
  }

  release(): void {
    this.#settled = undefined;
    this.#unsettled = [];
    this.#postings = new TermPostings();
    this.#rows = packedRows(this.#knowledge);
    this.#places = new Map();
    this.#ids = [];
    this.#documents = new Map();
    this.#chunks = new Map();
  }

  /** A chunk that was read, though its row may be gone by now; undefined where it was not. */
  row(id: RowId): UnscoredCandidate | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#rows.get(place);
  }

  /** The vector of a row that was read, null of one that has none; undefined where it was not, or only its terms. */
  vectorOf(id: RowId): Float32Array | null | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    return this.#documents.has(place) ? null : this.#rows.vector(place);
  }

  /** The chunks of a document, in its order, where all rows are here. */
  chunksOf(documentId: string): UnscoredCandidate[] {
    return (this.#chunks.get(documentId) ?? []).flatMap((place) => this.#thereAt(place) ?? []);
  }

  /** The first chunk of a document where all rows are here. */
  firstOf(documentId: string): UnscoredCandidate | undefined {
    return this.#thereAt(this.#chunks.get(documentId)?.[0] ?? -1);
  }

  #thereAt(place: number): UnscoredCandidate | undefined {
    return this.#places.get(this.#ids[place] ?? -1) === place ? this.#rows.get(place) : undefined;
  }

  /** The best chunks that hold any of the terms, with their BM25 score, and those that are as good as the last of them. */
  chunks({ limit, admitted, ...query }: TermQuery): { readonly id: RowId; readonly score: number }[] {
    const best = new BestFew(limit);
    const hits: { readonly id: RowId; readonly score: number }[] = [];
    const { places, scores } = this.#postings.score(query);
    for (const place of places) {
      const score = scores[place] ?? 0;
      if (score <= 0 || score < best.threshold || this.#documents.has(place)) continue;
      const id = this.#ids[place] ?? -1;
      if (admitted !== undefined && !holds(admitted, id)) continue;
      best.add(id, score);
      hits.push({ id, score });
    }
    if (hits.length <= limit) return hits;
    return hits.filter(({ score }) => score >= best.threshold).slice(0, limit + SPARE_TIES);
  }

  /** The documents that fit any of these name terms best, with all of theirs. */
  names(terms: readonly string[], limit: number, admitted: RowList | undefined): Map<string, readonly string[]> {
    const found: { readonly score: number; readonly document: { id: string; names: readonly string[] } }[] = [];
    const { places, scores } = this.#postings.score({ ...this.weights(terms), required: [], excluded: [] });
    for (const place of places) {
      const document = this.#documents.get(place);
      if (document === undefined || (admitted !== undefined && !holds(admitted, this.#ids[place] ?? -1))) continue;
      found.push({ score: scores[place] ?? 0, document });
    }
    found.sort((first, second) => second.score - first.score || (first.document.id < second.document.id ? -1 : 1));
    return new Map(found.slice(0, limit).map(({ document }) => [document.id, document.names]));
  }

  #canBeKept({ indexed, unindexed }: KeywordCoverage): boolean {
    return this.#which !== 'waiting' || (indexed > 0 && unindexed <= MOST_ROWS.waiting);
  }

  async #catchUp({ version, indexed }: KeywordCoverage): Promise<void> {
    if (this.#reading !== undefined) return;
    const list = await this.#wanted(version);
    if (list === undefined || list.ids.length > MOST_ROWS[this.#which]) return; // a newer version tells more
    const { added, gone } = this.#lists.changes(this.#settled, list);
    const missing = added.filter((id) => !this.#places.has(id));
    if (this.#which !== 'waiting' && indexed > 0 && missing.length > READ_AT_ONCE) {
      this.#reading = this.#readAhead(missing, { isFold: gone.length > READ_AT_ONCE, version })
        .catch(() => undefined) // the next search tries again
        .finally(() => {
          this.#reading = undefined;
        });
      return;
    }
    const postings = this.#postings;
    await this.#read(missing);
    // Rows that went while they were read, or were let go of, are no part of any version.
    const isOfVersion = missing.length === 0 || (await this.#knowledge.version()) === version;
    if (isOfVersion && this.#postings === postings) this.#settle(list, gone);
  }

  /** The rows that it has to hold at a version; undefined where that version is gone. */
  async #wanted(version: number): Promise<RowList | undefined> {
    if (this.#which !== 'waiting') {
      const list = await this.#lists.read(this.isWhole ? undefined : IS_DOCUMENT);
      return list.version === version ? list : undefined;
    }
    const covered = await this.#knowledge.indexedFragments(version, indexName(KEYWORD_COLUMN));
    if (covered === undefined) return undefined;
    const { ids } = await this.#lists.read();
    return { version, ids: ids.filter((id) => !covered.has(fragmentOf(id))) };
  }

  /** Takes note of what is gone, also of rows that were read and are of no version that was settled. */
  #settle(list: RowList, gone: Float64Array): void {
    for (const id of gone) this.#drop(id);
    for (const id of this.#unsettled) if (!holds(list, id)) this.#drop(id);
    this.#unsettled = [];
    const passedOver = this.#postings.places - this.#postings.size;
    if (passedOver > Math.max(FEWEST_GONE, this.#postings.size)) this.release();
    else this.#settled = list;
  }

  #drop(id: RowId): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#postings.remove(place);
    this.#places.delete(id);
    this.#documents.delete(place);
  }

  /** Reads rows that nobody waits for. */
  async #readAhead(
    missing: Float64Array,
    table: { readonly isFold: boolean; readonly version: number },
  ): Promise<void> {
    const postings = this.#postings;
    if (table.isFold && this.isWhole) await this.#background.run(() => this.#renumber(table.version));
    const ids = missing.filter((id) => !this.#places.has(id));
    for (let from = 0; from < ids.length && this.#postings === postings; from += SLICE)
      await this.#background.run(() => this.#read(ids.subarray(from, from + SLICE)));
  }

  /** Folding a table gives its rows other numbers: those of chunks that are here need not be read again for that. */
  async #renumber(version: number): Promise<void> {
    const postings = this.#postings;
    for await (const { id, documentId, ordinal, head } of readPlaces(this.#knowledge, version)) {
      if (this.#postings !== postings) return; // let go of meanwhile
      const place = this.#chunks.get(documentId)?.[ordinal];
      if (place === undefined || this.#places.has(id) || this.#rows.headJson(place) !== head) continue;
      this.#places.delete(this.#ids[place] ?? -1);
      this.#keep(id, place);
    }
  }

  async #read(ids: Float64Array): Promise<void> {
    if (ids.length === 0) return;
    const postings = this.#postings;
    const table = await this.#knowledge.open();
    const taken = await takeRows(table, ids, this.isWhole ? WHOLE_COLUMNS : NAMED_COLUMNS);
    for (const [at, id] of taken.ids.entries()) {
      if (at > 0 && at % PIECE === 0) await nextTurn();
      if (this.#postings !== postings) return; // let go of meanwhile
      if (!this.#places.has(id)) this.#add(id, taken.rows, at);
    }
  }

  #add(id: RowId, rows: ResultRows, at: number): void {
    const terms = termsOf(rows.text(KEYWORD_COLUMN, at));
    const documentId = rows.text('document_id', at);
    const place = this.#postings.add(terms);
    this.#keep(id, place);
    const ordinal = rows.number('ordinal', at);
    if (ordinal === DOCUMENT_ORDINAL) this.#documents.set(place, { id: documentId, names: terms });
    else if (this.isWhole) {
      this.#rows.put(place, rows, at);
      this.#noteChunk(documentId, ordinal, place);
    }
    if (this.#postings.places > TELLING_ROWS) this.#rowBytes = this.bytes / this.#postings.places;
  }

  #keep(id: RowId, place: number): void {
    this.#places.set(id, place);
    this.#unsettled.push(id);
    this.#ids[place] = id;
  }

  #noteChunk(documentId: string, ordinal: number, place: number): void {
    const places = this.#chunks.get(documentId) ?? [];
    places[ordinal] = place;
    this.#chunks.set(documentId, places);
  }
}

const NAMED_COLUMNS: readonly string[] = ['ordinal', 'document_id', KEYWORD_COLUMN];
const WHOLE_COLUMNS: readonly string[] = [...new Set([...NAMED_COLUMNS, ...CANDIDATE_COLUMNS])];

function packedRows({ collection, dimensions }: KnowledgeTable): PackedRows {
  return new PackedRows(collection, dimensions);
}
