import { hashWord, measureWords, mixBits } from './shingles.js';
import { readingsOf } from './text-readings.js';

/** Looked up once: it is called some billion times. */
const { imul } = Math;

/** Words in a run that counts as overlap, as in the decontamination of GPT-3 and its successors (13 there; 12 here). */
export const OVERLAP_WORDS = 12;

/** A text of a benchmark that must not be trained on. */
export interface ProtectedText {
  readonly suite: string;
  /** `query:<id>`, `document:<id>` or `answer:<id>`. */
  readonly item: string;
  /** Part of the suite's test split. */
  readonly isTest: boolean;
  readonly text: string;
}

/** A run of words that an example shares with a protected text. */
export interface Overlap {
  readonly suite: string;
  readonly item: string;
  readonly isTest: boolean;
  /** Shared words in a row. */
  readonly words: number;
  /** The run itself, in plain words, as evidence. */
  readonly span: string;
  /** Share of the example's words that lie in runs shared with any protected text, 0..1. */
  readonly coverage: number;
}

interface Entry {
  readonly source: number;
  readonly at: number;
}

/** Runs of one length by their hashes. */
interface RunPlaces {
  /** One bit for the low bits of each hash: nearly every run of a clean text is dismissed by it. */
  readonly filter: Uint32Array;
  readonly entries: Map<number, Entry[]>;
}

/** Bits of a filter; a power of two. */
const FILTER_BITS = 2 ** 19;

/**
 * Finds n-gram overlap with benchmark texts. Protected texts shorter than a run count when the example holds all of
 * their words in a row, provided there are at least `MIN_WORDS` of them, so short queries are protected as well; of three
 * and four words, when the example's text is nothing else.
 */
export class OverlapIndex {
  readonly #size: number;
  #texts = 0;
  readonly #sources: { readonly about: ProtectedText; readonly words: readonly string[] }[] = [];
  /** Run hash to place; per run length, because short texts are indexed whole. */
  readonly #places = new Map<number, RunPlaces>();

  /** Texts too short to be looked for inside others, by their words. */
  readonly #wholes = new Map<string, number[]>();

  /** @param size words in a run, 4..50 */
  constructor(size: number = OVERLAP_WORDS) {
    this.#size = size;
  }

  /** Number of protected texts. */
  get size(): number {
    return this.#texts;
  }

  add(about: ProtectedText): void {
    const readings = readingsOf(about.text).filter((words) => words.length >= MIN_WHOLE);
    if (readings.length > 0) this.#texts++;
    for (const words of readings) this.#addReading(about, words);
  }

  #addReading(about: ProtectedText, words: readonly string[]): void {
    const source = this.#sources.length;
    this.#sources.push({ about, words });
    if (measureWords(words) < MIN_WORDS) {
      const key = words.join(' ');
      this.#wholes.set(key, [...(this.#wholes.get(key) ?? []), source]);
      return;
    }
    const length = Math.min(this.#size, words.length);
    const { filter, entries } = this.#places.get(length) ?? {
      filter: new Uint32Array(FILTER_BITS / 32),
      entries: new Map<number, Entry[]>(),
    };
    this.#places.set(length, { filter, entries });
    visitRuns(prefixHashes(words), { length }, (hash, at) => {
      const bit = hash % FILTER_BITS;
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
      const known = entries.get(hash);
      if (known === undefined) entries.set(hash, [{ source, at }]);
      else if (known.length < MAX_PLACES && known.at(-1)?.source !== source) known.push({ source, at });
    });
  }

  /** Overlaps of a text in any of its readings, the longest run first, one for each protected text. */
  find(text: string): Overlap[] {
    const longest = new Map<string, Overlap>();
    for (const overlap of readingsOf(text).flatMap((words) => this.#findIn(words))) {
      const key = `${overlap.suite}\n${overlap.item}`;
      const known = longest.get(key);
      if (known === undefined || overlap.words > known.words) longest.set(key, overlap);
    }
    return [...longest.values()].sort((a, b) => b.words - a.words || (a.suite + a.item < b.suite + b.item ? -1 : 1));
  }

  #findIn(words: readonly string[]): Overlap[] {
    const covered = new Uint8Array(words.length);
    const best = new Map<number, { start: number; length: number }>();
    const prefixes = prefixHashes(words);
    for (const [length, { filter, entries }] of this.#places) {
      visitRuns(prefixes, { length, filter }, (hash, at) => {
        for (const entry of entries.get(hash) ?? []) {
          const run = this.#grow(words, at, entry, length);
          if (run === undefined || !this.#isLong(words, run, entry)) continue;
          covered.fill(1, run.start, run.start + run.length);
          const known = best.get(entry.source);
          if (known === undefined || run.length > known.length) best.set(entry.source, run);
        }
      });
    }
    for (const source of this.#wholes.get(words.join(' ')) ?? []) {
      covered.fill(1);
      best.set(source, { start: 0, length: words.length });
    }
    const coverage = words.length === 0 ? 0 : covered.reduce((sum, value) => sum + value, 0) / words.length;
    return [...best].flatMap(([source, run]) => {
      const about = this.#sources[source]?.about;
      if (about === undefined) return [];
      const span = words.slice(run.start, run.start + run.length).join(' ');
      return [{ suite: about.suite, item: about.item, isTest: about.isTest, words: run.length, span, coverage }];
    });
  }

  /** Whether a run is worth enough words: letters of scripts without spaces are not whole ones. */
  #isLong(words: readonly string[], run: { start: number; length: number }, entry: Entry): boolean {
    if (run.length >= 2 * this.#size) return true;
    const { words: theirs = [] } = this.#sources[entry.source] ?? {};
    return run.length === theirs.length || measureWords(words.slice(run.start, run.start + run.length)) >= this.#size;
  }

  /** The whole shared run around a matching window; undefined when only the hashes agree. */
  #grow(
    words: readonly string[],
    at: number,
    entry: Entry,
    length: number,
  ): { start: number; length: number } | undefined {
    const theirs = this.#sources[entry.source]?.words ?? [];
    for (let step = 0; step < length; step++) {
      if (words[at + step] !== theirs[entry.at + step]) return undefined;
    }
    let before = 0;
    while (at - before > 0 && entry.at - before > 0 && words[at - before - 1] === theirs[entry.at - before - 1])
      before++;
    let end = length;
    while (at + end < words.length && entry.at + end < theirs.length && words[at + end] === theirs[entry.at + end])
      end++;
    return { start: at - before, length: before + end };
  }
}

/** Shortest text that is protected word for word inside others. Shorter queries are everybody's words ("what is a cache"). */
const MIN_WORDS = 5;
/** Shortest text that must not be the whole of another. */
const MIN_WHOLE = 3;
/** Texts remembered per run; one is enough to refuse, a few are enough to explain. */
const MAX_PLACES = 16;

/** An odd multiplier, so that it has an inverse modulo 2^32. */
const BASE = 0x9e3779b1;

/** Prefix sums of a polynomial hash modulo 2^32 (Karp and Rabin, 1987): the hash of any run comes from two of them. */
function prefixHashes(words: readonly string[]): Int32Array {
  const prefixes = new Int32Array(words.length + 1);
  for (const [at, word] of words.entries()) {
    prefixes[at + 1] = (imul(prefixes[at] ?? 0, BASE) + hashWord(word)) | 0;
  }
  return prefixes;
}

/** Calls back with the hash of every run of `length` words and its place; those that the filter dismisses are passed over. */
function visitRuns(
  prefixes: Int32Array,
  { length, filter }: { readonly length: number; readonly filter?: Uint32Array },
  visit: (hash: number, at: number) => void,
): void {
  let power = 1;
  for (let step = 0; step < length; step++) power = imul(power, BASE);
  for (let at = 0; at + length < prefixes.length; at++) {
    const hash = mixBits(((prefixes[at + length] ?? 0) - imul(prefixes[at] ?? 0, power)) | 0);
    const bit = hash % FILTER_BITS;
    if (filter === undefined || ((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0) visit(hash, at);
  }
}
