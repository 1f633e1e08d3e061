import { ownCopy } from '../text/own-copy.js';
import { PostingList } from './posting-list.js';
import { B, K1, saturate, weightOf } from './recover-frequencies.js';

/** A posting is one number: the place of a row, and in the lower bits how often the term stands there, or this. */
const COUNT_BITS = 10;
const MOST_COUNTED = 1_023;
const NO_POSTINGS = new Uint32Array(0);
/** The length of a row that is gone. */
const GONE = -1;
/** V8 keeps the whole text for a part of it from this length on. */
const SHARED_LENGTH = 13;
/** What a term takes beside its postings, about. */
const TERM_BYTES = 90;
/** What a short list of postings takes, and a row's place. */
const LIST_BYTES = 240;
const PLACE_BYTES = 24;

/** What is looked for among rows. */
export interface PostingQuery {
  /** Weight of each term, times how often the query has it. */
  readonly weights: ReadonlyMap<string, number>;
  /** `k1 b` over the mean length of rows. */
  readonly pivot: number;
  /** Terms that a row must hold, and that it must not hold. */
  readonly required: readonly string[];
  readonly excluded: readonly string[];
}

/** Rows that a query found; good until rows are scored again. */
export interface ScoredPlaces {
  readonly places: Uint32Array;
  /** By place. */
  readonly scores: Float64Array;
}

/** Rows by their terms: an inverted index in memory. A row has a place below four million, which is not given twice. */
export class TermPostings {
  /** Of a term that stands in one row only its posting, of others the list of them. */
  readonly #postings = new Map<string, number | PostingList>();
  /** Terms of the row at each place, counted. */
  readonly #lengths: number[] = [];
  #gone = 0;
  #terms = 0;
  #listBytes = 0;
  /** The scores of the last query by place, and zeros; room for the places that have one, and those. */
  #scores = new Float64Array(0);
  #found = new Uint32Array(0);
  #scored = new Uint32Array(0);

  /** Rows. */
  get size(): number {
    return this.places - this.#gone;
  }

  /** Places that were given, also to rows that are gone. */
  get places(): number {
    return this.#lengths.length;
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    return this.#listBytes + this.#postings.size * TERM_BYTES + this.places * PLACE_BYTES;
  }

  /** `k1 b` over the mean length of rows. */
  get pivot(): number {
    return (K1 * B * this.size) / Math.max(1, this.#terms);
  }

  /** Adds a row with its terms, as often as it has them; resolves to its place. */
  add(terms: readonly string[]): number {
    const place = this.#lengths.push(terms.length) - 1;
    const first = place * 2 ** COUNT_BITS + 1;
    for (const term of terms) this.#post(term, first);
    this.#terms += terms.length;
    return place;
  }

  /** @param first posting of a row where a term stands once */
  #post(term: string, first: number): void {
    const known = this.#postings.get(term);
    if (known === undefined) this.#postings.set(term.length < SHARED_LENGTH ? term : ownCopy(term), first);
    else if (known instanceof PostingList) {
      if (known.last < first) this.#listBytes += known.push(first) * Uint32Array.BYTES_PER_ELEMENT;
      else known.last = oneMore(known.last);
    } else if (known < first) this.#postings.set(term, this.#listOf(known, first));
    else this.#postings.set(term, oneMore(known));
  }

  #listOf(...postings: readonly number[]): PostingList {
    const list = new PostingList();
    for (const posting of postings) list.push(posting);
    this.#listBytes += LIST_BYTES;
    return list;
  }

  remove(place: number): void {
    const length = this.#lengths[place] ?? GONE;
    if (length === GONE) return;
    this.#lengths[place] = GONE;
    this.#gone += 1;
    this.#terms -= length;
  }

  /** In how many rows a term stands. */
  frequency(term: string): number {
    const postings = this.#postingsOf(term);
    if (this.#gone === 0) return postings.length;
    let rows = 0;
    for (const posting of postings) if (this.#lengths[posting >>> COUNT_BITS] !== GONE) rows += 1;
    return rows;
  }

  /** What each term of a query weighs among these rows, times how often the query has it. */
  weights(terms: readonly string[]): Map<string, number> {
    const weights = new Map<string, number>();
    for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + weightOf(this.frequency(term), this.size));
    return weights;
  }

  /** Scores each row that holds any of the terms by BM25. */
  score(query: PostingQuery): ScoredPlaces {
    const found = this.#sum(query);
    const holding = query.required.map((term) => this.#marksOf(term));
    const holdingNot = query.excluded.map((term) => this.#marksOf(term));
    const isNarrowed = holding.length + holdingNot.length > 0;
    const isFit = (place: number): boolean =>
      holding.every((marks) => marks[place] === 1) && !holdingNot.some((marks) => marks[place] === 1);
    return { places: isNarrowed ? found.filter(isFit) : found, scores: this.#scores };
  }

  /** Adds up the scores of all rows that hold any of the terms; resolves to their places. */
  #sum({ weights, pivot }: PostingQuery): Uint32Array {
    for (const place of this.#scored) this.#scores[place] = 0;
    this.#makeRoom();
    const [scores, found, lengths] = [this.#scores, this.#found, this.#lengths];
    let count = 0;
    for (const [term, weight] of weights) {
      if (weight <= 0) continue;
      for (const posting of this.#postingsOf(term)) {
        const place = posting >>> COUNT_BITS;
        const length = lengths[place] ?? GONE;
        if (length === GONE) continue;
        const before = scores[place] ?? 0;
        if (before === 0) found[count++] = place;
        scores[place] = before + weight * saturate(posting & MOST_COUNTED, pivot * length);
      }
    }
    this.#scored = found.subarray(0, count);
    return this.#scored;
  }

  #makeRoom(): void {
    if (this.#scores.length >= this.places) return;
    const room = Math.ceil(this.places * 1.25);
    this.#scores = new Float64Array(room);
    this.#found = new Uint32Array(room);
  }

  /** A byte a place: whether the term stands there. */
  #marksOf(term: string): Uint8Array {
    const marks = new Uint8Array(this.places);
    for (const posting of this.#postingsOf(term)) marks[posting >>> COUNT_BITS] = 1;
    return marks;
  }

  #postingsOf(term: string): Uint32Array {
    const postings = this.#postings.get(term);
    if (postings === undefined) return NO_POSTINGS;
    return postings instanceof PostingList ? postings.numbers : Uint32Array.of(postings);
  }
}

/** The posting of a term that stands once more in its row. */
function oneMore(posting: number): number {
  return (posting & MOST_COUNTED) === MOST_COUNTED ? posting : posting + 1;
}
