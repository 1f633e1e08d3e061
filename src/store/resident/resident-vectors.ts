import { setImmediate as nextTurn } from 'node:timers/promises';
import { CodeMatrix } from '../../core/vectors/code-matrix.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import type { Predicate } from '../sql.js';
import type { Background } from './background.js';
import { type CodedTable, codePath, readCodes } from './code-file.js';
import { readVectors } from './read-vectors.js';
import type { ResidentParts, ResidentTerms } from './resident-terms.js';
import type { Tenant } from './room.js';
import { fragmentOf, offsetOf, type RowId } from './row-ids.js';
import { holds, type RowChanges, type RowList, type RowLists } from './row-lists.js';

/** Rows that are gone are passed over until they are more than this share of all; then all are read anew. */
const MOST_GONE = 0.5;
const FEWEST_GONE = 4_096;

/** More rows than these are read beside the searches, which go on without them. */
const READ_AT_ONCE = 1_000;

/** Rows that are then read in one go, and those that are taken in, between which searches have their turn. */
const SLICE = 4_096;
const PIECE = 128;

/** A row that is not known yet, and one that is known to have no vector. */
const UNKNOWN = -2;
const WITHOUT_VECTOR = -1;

/**
 * The vectors of a table in memory, coded in bytes (core/vectors/code-matrix). Follows the table: of another version only
 * what is new is read. Right under any condition and after any change, without an index.
 */
export class ResidentVectors implements Tenant {
  readonly #knowledge: KnowledgeTable;
  readonly #lists: RowLists;
  readonly #background: Background;
  readonly #rows: ResidentTerms;
  #matrix: CodeMatrix;
  /** The rows of the version that it was brought to. */
  #settled: RowList | undefined;
  #opening: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  /** Place in the matrix of each row, by fragment and place in it. */
  #places = new Map<number, Int32Array>();
  /** The fragment that was looked up last, for rows of one follow each other. */
  #lastFragment = -1;
  #lastPlaces: Int32Array | undefined;
  /** Row of each place in the matrix. */
  #ids: RowId[] = [];
  /** Whether the row of a place is there, by place. */
  #present: Uint8Array = new Uint8Array(0);
  /** The same for rows that a condition holds for. */
  readonly #admitted = new WeakMap<RowList, Uint8Array>();

  /** @param rows of which some may be in memory as they are */
  constructor({ knowledge, lists, background }: ResidentParts, rows: ResidentTerms) {
    this.#rows = rows;
    this.#knowledge = knowledge;
    this.#lists = lists;
    this.#background = background;
    this.#matrix = new CodeMatrix(knowledge.dimensions);
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#matrix.bytes + this.#ids.length * 16;
  }

  /**
   * The rows that are nearest by cosine, best first, nearly: the last of many may be wrong. Undefined while so many rows are
   * new that they are read beside the search.
   */
  async nearest(query: {
    readonly vector: Float32Array;
    readonly count: number;
    readonly where: Predicate | undefined;
  }): Promise<RowId[] | undefined> {
    const list = query.where === undefined ? undefined : await this.#lists.read(query.where);
    if (!(await this.follow()) || this.#settled === undefined) return undefined;
    const admitted = list === undefined ? this.#present : this.#marked(list);
    return this.#matrix.nearest(query.vector, query.count, admitted).map((place) => this.#ids[place] ?? 0);
  }

  /** Brings it to the newest version; false where that takes long. */
  async follow(): Promise<boolean> {
    for (;;) {
      const list = await this.#lists.read();
      if (list.version === this.#settled?.version) return true;
      this.#opening ??= this.#open(list);
      await this.#opening;
      const changes = this.#lists.changes(this.#settled, list);
      if (this.#settled !== undefined && this.#following === undefined && this.#isMostlyGone(changes.gone.length)) {
        this.release();
        continue;
      }
      const unknown = changes.added.filter((id) => this.#placeOf(id) === UNKNOWN);
      this.#following ??= this.#catchUp(list, { ...changes, unknown }).finally(() => {
        this.#following = undefined;
      });
      if (unknown.length <= READ_AT_ONCE) await this.#following;
      else {
        this.#following.catch(() => undefined); // the next search tries again, and tells
        return false;
      }
    }
  }

  /** Whether so many of its places would be passed over that all are better read anew. */
  #isMostlyGone(more: number): boolean {
    const passedOver = this.#ids.length - this.#present.reduce((sum, flag) => sum + flag, 0) + more;
    return passedOver > Math.max(FEWEST_GONE, this.#ids.length * MOST_GONE);
  }

  /** Begins with what is in the file, unless that is mostly of rows that are gone. */
  async #open(list: RowList): Promise<void> {
    const coded = await readCodes(codePath(this.#knowledge.folder), this.#knowledge.dimensions);
    if (coded === undefined || this.#ids.length > 0) return;
    const gone = coded.ids.reduce((sum, id) => (holds(list, id) ? sum : sum + 1), 0);
    if (gone <= Math.max(FEWEST_GONE, coded.ids.length * MOST_GONE)) this.#begin(coded);
  }

  #begin({ ids, without, matrix }: CodedTable): void {
    this.#matrix = matrix;
    this.#ids = [...ids];
    for (const id of without) this.#setPlace(id, WITHOUT_VECTOR);
    for (const [place, id] of ids.entries()) this.#setPlace(id, place);
  }

  /** Reads what is new, and only then takes note of what is there, so that a search meanwhile finds what it found before. */
  async #catchUp(list: RowList, changes: RowChanges & { readonly unknown: Float64Array }): Promise<void> {
    const { unknown, added, gone } = changes;
    if (unknown.length <= READ_AT_ONCE) await this.#load(unknown);
    else {
      for (let from = 0; from < unknown.length; from += SLICE)
        await this.#background.run(() => this.#load(unknown.subarray(from, from + SLICE), unknown.length));
    }
    const present = new Uint8Array(this.#ids.length);
    present.set(this.#present);
    this.#mark(present, gone, 0);
    this.#mark(present, added, 1);
    this.#present = present;
    this.#settled = list;
  }

  async #load(ids: Float64Array, expected = ids.length): Promise<void> {
    const unread = ids.filter((id) => {
      const vector = this.#rows.vectorOf(id);
      if (vector !== undefined) this.#add(id, vector, expected);
      return vector === undefined;
    });
    for await (const [id, vector] of readVectors(this.#knowledge, unread)) {
      this.#add(id, vector, expected);
      if (this.#ids.length % PIECE === 0) await nextTurn();
    }
  }

  #add(id: RowId, vector: Float32Array | null, expected: number): void {
    this.#setPlace(id, vector === null ? WITHOUT_VECTOR : this.#matrix.rows);
    if (vector === null) return;
    this.#matrix.push(vector, expected);
    this.#ids.push(id);
  }

  /** Writes a byte at the place of each of these rows. */
  #mark(marks: Uint8Array, ids: Float64Array, byte: number): Uint8Array {
    for (const id of ids) {
      const place = this.#placeOf(id);
      if (place >= 0) marks[place] = byte;
    }
    return marks;
  }

  /** Which places rows have that a condition holds for. */
  #marked(list: RowList): Uint8Array {
    const known = this.#admitted.get(list);
    // Rows that became known since have places that it does not reach.
    if (known?.length === this.#ids.length) return known;
    const marked = this.#mark(new Uint8Array(this.#ids.length), list.ids, 1);
    this.#admitted.set(list, marked);
    return marked;
  }

  #placeOf(id: RowId): number {
    const fragment = fragmentOf(id);
    if (fragment !== this.#lastFragment) {
      this.#lastFragment = fragment;
      this.#lastPlaces = this.#places.get(fragment);
    }
    return this.#lastPlaces?.[offsetOf(id)] ?? UNKNOWN;
  }

  #setPlace(id: RowId, place: number): void {
    const fragment = fragmentOf(id);
    const offset = offsetOf(id);
    let places = this.#places.get(fragment) ?? new Int32Array(0);
    if (offset >= places.length) {
      const larger = new Int32Array(Math.max(offset + 1, places.length * 2)).fill(UNKNOWN);
      larger.set(places);
      places = larger;
      this.#places.set(fragment, places);
      this.#lastFragment = -1;
    }
    places[offset] = place;
  }

  release(): void {
    this.#matrix = new CodeMatrix(this.#knowledge.dimensions);
    this.#places = new Map();
    this.#lastFragment = -1;
    this.#ids = [];
    this.#present = new Uint8Array(0);
    this.#settled = undefined;
    this.#opening = undefined;
  }
}
