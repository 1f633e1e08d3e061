import type { TermStatistics } from '../../core/keyword-port.js';
import { type PostingQuery, TermPostings } from '../../core/ranking/term-postings.js';
import { BestFew } from '../../core/vectors/best-few.js';
import type { ResultRows } from '../columns.js';
import { indexName, KEYWORD_COLUMN } from '../indexes.js';
import type { KeywordCoverage } from '../keyword-coverage.js';
import { DOCUMENT_ORDINAL } from '../knowledge-rows.js';
import { IS_DOCUMENT, type KnowledgeTable } from '../knowledge-table.js';
import { termsOf } from '../row-terms.js';
import type { Tenant } from './room.js';
import { fragmentOf, type RowId, takeRows } from './row-ids.js';
import { holds, type RowList, type RowLists } from './row-lists.js';

/** What a row takes, about: a hundred postings and its share of the vocabulary. */
export const TERMS_BYTES = 3_000;

/** Most rows that are kept; more are left to LanceDB. */
const MOST_ROWS = { all: 25_000, waiting: 6_000, documents: 25_000 } as const;
/** More rows than these are read beside the searches, which go on without them where there is an index. */
const READ_AT_ONCE = 1_000;
/** Rows that are read in one go, between which other work has its turn. */
const SLICE = 128;
/** Rows that are gone are passed over until they are more than this, and more than those that are there. */
const FEWEST_GONE = 4_096;
/** Rows more than are wanted, where the last of them are equally good. */
const SPARE_TIES = 100;

/** What is looked for among the rows. */
export interface TermQuery extends PostingQuery {
  readonly limit: number;
  /** Rows that a filter admits; all where there is none. */
  readonly admitted: RowList | undefined;
}

/** Which rows of a table are kept: all, those that wait for the keyword index, or those that stand for documents. */
export type TermRows = keyof typeof MOST_ROWS;

/**
 * Rows by their terms, in memory. LanceDB reads and scores rows that its index does not cover anew at each search, by other
 * numbers; here they are scored by the numbers of the index, so that it need not be brought up to date for a few rows. A
 * table whose rows are all here needs no query of the engine.
 */
export class ResidentTerms implements Tenant {
  readonly #knowledge: KnowledgeTable;
  readonly #lists: RowLists;
  readonly #which: TermRows;
  #version = -1;
  #turn: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #postings = new TermPostings();
  #places = new Map<RowId, number>();
  /** The row of each place. */
  #ids: RowId[] = [];
  /** Rows that stand for documents, with their names, by place. */
  #documents = new Map<number, { readonly id: string; readonly names: readonly string[] }>();

  constructor(knowledge: KnowledgeTable, lists: RowLists, which: TermRows) {
    this.#knowledge = knowledge;
    this.#lists = lists;
    this.#which = which;
  }

  get bytes(): number {
    return this.#postings.places * TERMS_BYTES;
  }

  get isWhole(): boolean {
    return this.#which === 'all';
  }

  /** The version of the table whose rows it holds. */
  get version(): number {
    return this.#version;
  }

  get isEmpty(): boolean {
    return this.#postings.size === 0;
  }

  /** The chunks that are there. */
  get chunkRows(): RowId[] {
    return [...this.#places].flatMap(([id, place]) => (this.#documents.has(place) ? [] : [id]));
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
    if (covered.version === this.#version) return true;
    this.#turn ??= this.#catchUp(covered).finally(() => {
      this.#turn = undefined;
    });
    await this.#turn;
    return covered.version === this.#version;
  }

  release(): void {
    this.#version = -1;
    this.#postings = new TermPostings();
    this.#places = new Map();
    this.#ids = [];
    this.#documents = new Map();
  }

  /** The best chunks that hold any of the terms, with their BM25 score, and those that are as good as the last of them. */
  chunks({ limit, admitted, ...query }: TermQuery): { readonly id: RowId; readonly score: number }[] {
    const best = new BestFew(limit);
    const hits = this.#postings.score(query).flatMap(({ place, score }) => {
      const id = this.#ids[place] ?? -1;
      if (score <= 0 || this.#documents.has(place) || (admitted !== undefined && !holds(admitted, id))) return [];
      best.add(id, score);
      return [{ id, score }];
    });
    if (hits.length <= limit) return hits;
    return hits.filter(({ score }) => score >= best.threshold).slice(0, limit + SPARE_TIES);
  }

  /** The documents that fit any of these name terms best, with all of theirs. */
  names(terms: readonly string[], limit: number, admitted: RowList | undefined): Map<string, readonly string[]> {
    const found = this.#postings
      .score({ ...this.weights(terms), required: [], excluded: [] })
      .flatMap(({ place, score }) => {
        const document = this.#documents.get(place);
        if (document === undefined || (admitted !== undefined && !holds(admitted, this.#ids[place] ?? -1))) return [];
        return [{ score, document }];
      });
    found.sort((first, second) => second.score - first.score || (first.document.id < second.document.id ? -1 : 1));
    return new Map(found.slice(0, limit).map(({ document }) => [document.id, document.names]));
  }

  #canBeKept({ indexed, unindexed }: KeywordCoverage): boolean {
    if (this.#which === 'waiting') return indexed > 0 && unindexed <= MOST_ROWS.waiting;
    return this.#which === 'documents' || indexed + unindexed <= MOST_ROWS.all;
  }

  async #catchUp({ version, indexed }: KeywordCoverage): Promise<void> {
    if (this.#reading !== undefined) return;
    const wanted = await this.#wanted(version);
    if (wanted === undefined || wanted.length > MOST_ROWS[this.#which]) return; // a newer version tells more
    const missing = wanted.filter((id) => !this.#places.has(id));
    if (this.#which !== 'waiting' && indexed > 0 && missing.length > READ_AT_ONCE) {
      this.#reading = this.#read(missing)
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
    if (isOfVersion && this.#postings === postings) this.#settle(wanted, version);
  }

  /** The rows that it has to hold at a version; undefined where that version is gone. */
  async #wanted(version: number): Promise<Float64Array | undefined> {
    if (this.#which !== 'waiting') {
      const list = await this.#lists.read(this.isWhole ? undefined : IS_DOCUMENT);
      return list.version === version ? list.ids : undefined;
    }
    const covered = await this.#knowledge.indexedFragments(version, indexName(KEYWORD_COLUMN));
    if (covered === undefined) return undefined;
    const { ids } = await this.#lists.read();
    return ids.filter((id) => !covered.has(fragmentOf(id)));
  }

  /** Takes note of what is gone. */
  #settle(wanted: Float64Array, version: number): void {
    const there = new Set(wanted);
    for (const [id, place] of this.#places) if (!there.has(id)) this.#drop(id, place);
    const gone = this.#postings.places - this.#postings.size;
    if (gone > Math.max(FEWEST_GONE, this.#postings.size)) this.release();
    else this.#version = version;
  }

  #drop(id: RowId, place: number): void {
    this.#postings.remove(place);
    this.#places.delete(id);
    this.#documents.delete(place);
  }

  async #read(ids: Float64Array): Promise<void> {
    if (ids.length === 0) return;
    const table = await this.#knowledge.open();
    for (let from = 0; from < ids.length; from += SLICE) {
      const slice = ids.subarray(from, from + SLICE);
      const taken = await takeRows(table, slice, ['ordinal', 'document_id', KEYWORD_COLUMN]);
      for (const [at, id] of taken.ids.entries()) this.#add(id, taken.rows, at);
    }
  }

  #add(id: RowId, rows: ResultRows, at: number): void {
    const terms = termsOf(rows.text(KEYWORD_COLUMN, at));
    const place = this.#postings.add(terms);
    this.#places.set(id, place);
    this.#ids[place] = id;
    if (rows.number('ordinal', at) === DOCUMENT_ORDINAL)
      this.#documents.set(place, { id: rows.text('document_id', at), names: terms });
  }
}
