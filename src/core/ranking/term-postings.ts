import { B, K1, saturate, weightOf } from './recover-frequencies.js';

/** A posting is one number of 31 bits: the place of a row, and in the lower bits how often the term stands there, or this. */
const COUNT_BITS = 10;
const MOST_COUNTED = 1_023;
const NO_POSTINGS: readonly number[] = [];

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

/** Rows by their terms: an inverted index in memory. A row has a place below two million, which is not given twice. */
export class TermPostings {
  readonly #postings = new Map<string, number[]>();
  /** Terms of the row at each place, counted. */
  readonly #lengths: number[] = [];
  readonly #gone = new Set<number>();
  #terms = 0;

  /** Rows. */
  get size(): number {
    return this.places - this.#gone.size;
  }

  /** Places that were given, also to rows that are gone. */
  get places(): number {
    return this.#lengths.length;
  }

  /** `k1 b` over the mean length of rows. */
  get pivot(): number {
    return (K1 * B * this.size) / Math.max(1, this.#terms);
  }

  /** Adds a row with its terms, as often as it has them; resolves to its place. */
  add(terms: readonly string[]): number {
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    const place = this.#lengths.push(terms.length) - 1;
    for (const [term, count] of counts) {
      const posting = (place << COUNT_BITS) + Math.min(count, MOST_COUNTED);
      const postings = this.#postings.get(term);
      if (postings === undefined) this.#postings.set(term, [posting]);
      else postings.push(posting);
    }
    this.#terms += terms.length;
    return place;
  }

  remove(place: number): void {
    if (this.#gone.has(place)) return;
    this.#gone.add(place);
    this.#terms -= this.#lengths[place] ?? 0;
  }

  /** In how many rows a term stands. */
  frequency(term: string): number {
    return this.#rowsOf(term).length;
  }

  /** What each term of a query weighs among these rows, times how often the query has it. */
  weights(terms: readonly string[]): Map<string, number> {
    const weights = new Map<string, number>();
    for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + weightOf(this.frequency(term), this.size));
    return weights;
  }

  /** Rows that hold any of the terms, by their places, with their BM25 score. */
  score({ weights, pivot, required, excluded }: PostingQuery): ScoredPlace[] {
    const scores = new Float64Array(this.places);
    const found: number[] = [];
    for (const [term, weight] of weights) {
      for (const posting of this.#rowsOf(term)) {
        const place = placeOf(posting);
        if (scores[place] === 0) found.push(place);
        scores[place] = (scores[place] ?? 0) + weight * saturate(countOf(posting), pivot * (this.#lengths[place] ?? 0));
      }
    }
    const holding = required.map((term) => this.#placesOf(term));
    const holdingNot = excluded.map((term) => this.#placesOf(term));
    return found
      .filter(
        (place) => holding.every((places) => places.has(place)) && !holdingNot.some((places) => places.has(place)),
      )
      .map((place) => ({ place, score: scores[place] ?? 0 }));
  }

  #placesOf(term: string): Set<number> {
    return new Set(this.#rowsOf(term).map(placeOf));
  }

  /** Postings of the rows that are there. */
  #rowsOf(term: string): readonly number[] {
    const postings = this.#postings.get(term) ?? NO_POSTINGS;
    return this.#gone.size === 0 ? postings : postings.filter((posting) => !this.#gone.has(placeOf(posting)));
  }
}

/** A row that was found. */
export interface ScoredPlace {
  readonly place: number;
  readonly score: number;
}

function placeOf(posting: number): number {
  return posting >> COUNT_BITS;
}

function countOf(posting: number): number {
  return posting & MOST_COUNTED;
}
