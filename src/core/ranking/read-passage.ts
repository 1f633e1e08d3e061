import type { ParsedQuery } from '../text/query.js';
import { TERM_DIVIDER } from '../text/search-text.js';
import { COMMON_WORDS } from '../text/words.js';
import type { TermCounts, TermWeights } from './bm25.js';
import { WordTable } from './word-table.js';

/** What of a query stands in a passage. */
export interface PassageTerms extends TermCounts {
  /** Longest run of the query's words that stands there in a row, two at least, as a share of the query: 0 to 1. */
  readonly order: number;
}

const BLANK = 32;

/**
 * Reads search texts (core/text/search-text) for one query: each is gone through once, letter by letter, without cutting it
 * into terms. Common words count only where the query holds nothing else.
 */
export class PassageReader {
  readonly #query: ParsedQuery;
  readonly #words: WordTable;
  /** By word of the table: whether it is common, whether it has a weight, where it stands in the query, last place first. */
  readonly #isCommon: readonly boolean[];
  readonly #hasWeight: readonly boolean[];
  readonly #places: readonly (readonly number[])[];
  /** By place in the query: length of the run that ends with it, and the number of the text's term where that was. */
  readonly #runs: Int32Array;
  readonly #ends: Int32Array;

  constructor(query: ParsedQuery, { weights }: TermWeights) {
    const words = [...new Set([...COMMON_WORDS, ...weights.keys(), ...query.sequence])];
    this.#query = query;
    this.#words = new WordTable(words);
    this.#isCommon = words.map((word) => !query.isAllCommon && COMMON_WORDS.has(word));
    this.#hasWeight = words.map((word) => weights.has(word));
    this.#places = words.map((word) => query.sequence.flatMap((term, at) => (term === word ? [at] : [])).reverse());
    this.#runs = new Int32Array(query.sequence.length);
    this.#ends = new Int32Array(query.sequence.length);
  }

  read(searchText: string): PassageTerms {
    const counts = new Map<string, number>();
    const count = (word: number): void => {
      const term = this.#words.words[word] ?? '';
      if (this.#hasWeight[word] === true) counts.set(term, (counts.get(term) ?? 0) + 1);
    };
    let [longest, common] = [0, 0];
    this.#ends.fill(-2);
    const end = endOfWords(searchText);
    const sequence = this.#walk(searchText, { from: 0, to: end }, (word, number) => {
      longest = Math.max(longest, this.#run(word, number));
      if (this.#isCommon[word] === true) common += 1;
      else count(word);
    });
    const added = this.#walk(searchText, { from: end + 1, to: searchText.length }, count);
    const { length } = this.#query.sequence;
    return { counts, length: sequence - common + added, order: longest < 2 ? 0 : longest / length };
  }

  /** Tells each of the words that stands in a part of a text, with its number there; resolves to how many terms that has. */
  #walk(
    text: string,
    { from, to }: { from: number; to: number },
    tell: (word: number, number: number) => void,
  ): number {
    if (from >= to) return 0;
    let [number, start, hash] = [0, from, 0];
    for (let at = from; at <= to; at++) {
      const unit = at < to ? text.charCodeAt(at) : BLANK;
      if (unit !== BLANK) {
        hash = WordTable.hash(hash, unit);
        continue;
      }
      const word = this.#words.find(hash, text, start, at);
      if (word >= 0) tell(word, number);
      number += 1;
      start = at + 1;
      hash = 0;
    }
    return number;
  }

  /** Length of the longest run of the query that ends with a word at a place of a text. */
  #run(word: number, number: number): number {
    let longest = 0;
    for (const place of this.#places[word] ?? []) {
      const run = this.#ends[place - 1] === number - 1 ? (this.#runs[place - 1] ?? 0) + 1 : 1;
      this.#runs[place] = run;
      this.#ends[place] = number;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}

/** Where the words end that stand in their order, and terms begin that were added. */
function endOfWords(searchText: string): number {
  const divider = searchText.indexOf(TERM_DIVIDER);
  return divider < 0 ? searchText.length : divider;
}
