import type { Random } from './random.js';

/** One record of training text: `text`, and what stands for it (headings outermost first, a subject, a doc sentence). */
export interface TrainingRecord {
  readonly kind: 'doc' | 'commit' | 'code' | 'pair';
  /** Where it comes from, for instance owner/name of a repository; records of one source make hard negatives. */
  readonly source: string;
  readonly anchors: readonly string[];
  readonly text: string;
  /** Texts that look right and are not: negatives for every query of this record. */
  readonly negatives?: readonly string[] | undefined;
}

/** Numbers of {@link TrainingRecord.kind} in the compact corpus. */
export const KINDS = ['doc', 'commit', 'code', 'pair'] as const;

/** An array of numbers that grows; 2 or 4 bytes an entry instead of an object each. */
class GrowingArray {
  length = 0;
  entries = new Int32Array(1 << 16);

  push(entry: number): void {
    if (this.length === this.entries.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.entries);
      this.entries = larger;
    }
    this.entries[this.length++] = entry;
  }

  at(index: number): number {
    return this.entries[index] ?? 0;
  }
}

/**
 * Training text as token ids in flat arrays: a record is a list of segments (its anchors, then the sentences of its
 * text), a segment a span of tokens. 330,000 records of 130 words take about 300 MB.
 */
export class PairCorpus {
  readonly #tokens = new GrowingArray();
  readonly #segmentEnds = new GrowingArray();
  readonly #recordEnds = new GrowingArray();
  readonly #anchorCounts = new GrowingArray();
  readonly #negativeCounts = new GrowingArray();
  readonly #kinds = new GrowingArray();
  readonly #sources = new GrowingArray();
  readonly #groups = new GrowingArray();
  readonly #sourceNumbers = new Map<string, number>();
  readonly #groupNumbers = new Map<string, number>();

  #mostNegatives = 0;

  /** Negatives of one record, at most. */
  get mostNegatives(): number {
    return this.#mostNegatives;
  }

  /** Number of records. */
  get size(): number {
    return this.#recordEnds.length;
  }

  /** Number of tokens in all. */
  get tokenCount(): number {
    return this.#tokens.length;
  }

  /** Names of the sources, by number. */
  get sources(): string[] {
    return [...this.#sourceNumbers.keys()];
  }

  /** Adds a record. `encode` gives the token ids of a text. */
  add(record: TrainingRecord, encode: (text: string) => readonly number[]): void {
    for (const anchor of record.anchors) this.#addSegment(encode(anchor));
    for (const sentence of splitSentences(record.text)) this.#addSegment(encode(sentence));
    for (const negative of record.negatives ?? []) this.#addSegment(encode(negative));
    const negatives = record.negatives?.length ?? 0;
    this.#negativeCounts.push(negatives);
    this.#mostNegatives = Math.max(this.#mostNegatives, negatives);
    this.#recordEnds.push(this.#segmentEnds.length);
    this.#anchorCounts.push(record.anchors.length);
    this.#kinds.push(KINDS.indexOf(record.kind));
    this.#sources.push(numberOf(this.#sourceNumbers, record.source));
    this.#groups.push(numberOf(this.#groupNumbers, groupName(record, this.size)));
  }

  #addSegment(tokens: readonly number[]): void {
    for (const token of tokens) this.#tokens.push(token);
    this.#segmentEnds.push(this.#tokens.length);
  }

  kind(record: number): number {
    return this.#kinds.at(record);
  }

  source(record: number): number {
    return this.#sources.at(record);
  }

  /** Number of the document a record is part of: its fellow sections are no negatives. */
  group(record: number): number {
    return this.#groups.at(record);
  }

  anchorCount(record: number): number {
    return this.#anchorCounts.at(record);
  }

  /** Number of segments of a record: its anchors first, then its sentences. */
  segmentCount(record: number): number {
    return this.#recordEnds.at(record) - this.#firstSegment(record) - this.#negativeCounts.at(record);
  }

  /** Appends the tokens of one segment to a list, up to `limit` entries in all. */
  copySegment(record: number, segment: number, into: number[], limit: number): void {
    const index = this.#firstSegment(record) + segment;
    const end = this.#segmentEnds.at(index);
    for (let at = index === 0 ? 0 : this.#segmentEnds.at(index - 1); at < end && into.length < limit; at++) {
      into.push(this.#tokens.at(at));
    }
  }

  /** The tokens of each negative of a record. */
  negatives(record: number, limit: number): number[][] {
    return Array.from({ length: this.#negativeCounts.at(record) }, (_, number) => {
      const tokens: number[] = [];
      this.copySegment(record, this.segmentCount(record) + number, tokens, limit);
      return tokens;
    });
  }

  /** Counts each token's occurrences. */
  countTokens(vocabularySize: number): Float64Array {
    const counts = new Float64Array(vocabularySize);
    for (let at = 0; at < this.#tokens.length; at++) {
      const token = this.#tokens.at(at);
      counts[token] = (counts[token] ?? 0) + 1;
    }
    return counts;
  }

  #firstSegment(record: number): number {
    return record === 0 ? 0 : this.#recordEnds.at(record - 1);
  }
}

/** Sections of one document belong together, and so do questions with negatives that have one answer; else a record is alone. */
function groupName(record: TrainingRecord, number: number): string {
  if (record.kind === 'doc') return `${record.source}\n${record.anchors[0] ?? ''}`;
  return record.negatives === undefined || record.negatives.length === 0 ? `\n${number}` : `\n\n${record.text}`;
}

function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}

/** Cuts running text after `.`, `!` or `?` followed by white space and a capital, digit or quote. */
export function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?])\s+(?=[\p{Lu}\d"'`(])/u).filter((sentence) => sentence.trim() !== '');
}

/** Two token lists that should get near vectors, and the number of their document. */
export interface TrainingPair {
  readonly query: readonly number[];
  readonly passage: readonly number[];
  readonly group: number;
  /** Token lists that must stay far from the query. */
  readonly negatives: readonly (readonly number[])[];
}

/** Which two views of a record make a pair. */
export type View = 'anchors' | 'lastAnchor' | 'sentence' | 'keywords' | 'halves';

/** How views are cut. */
export interface ViewOptions {
  /** Longest list of tokens in a view. */
  readonly maxTokens: number;
  /** Share of sentence views whose sentence stays in the passage, in `[0, 1]`. */
  readonly keepSentence: number;
  /** Share of passages of sentence views that begin with the headings, in `[0, 1]`. */
  readonly addAnchors: number;
  /** Weight of each token when keywords are drawn; length: the vocabulary. */
  readonly keywordWeights: Float64Array;
}

/** Shortest sentence that is a query of its own, in tokens. */
const MIN_SENTENCE_TOKENS = 4;

/** What {@link drawPair} draws from. */
export interface DrawParts {
  readonly corpus: PairCorpus;
  readonly options: ViewOptions;
  readonly random: Random;
}

/** One view of a record as a pair, or undefined where the record does not give this view. */
export function drawPair(record: number, view: View, { corpus, options, random }: DrawParts): TrainingPair | undefined {
  const anchors = corpus.anchorCount(record);
  const segments = corpus.segmentCount(record);
  const query: number[] = [];
  const passage: number[] = [];
  const copy = (from: number, to: number, into: number[], skipped = -1): void => {
    for (let at = from; at < to; at++) if (at !== skipped) corpus.copySegment(record, at, into, options.maxTokens);
  };
  if (view === 'anchors' || view === 'lastAnchor') {
    if (anchors === 0) return undefined;
    copy(view === 'anchors' ? 0 : anchors - 1, anchors, query);
    copy(anchors, segments, passage);
  } else if (view === 'sentence') {
    if (segments - anchors < 2) return undefined;
    const chosen = anchors + random.below(segments - anchors);
    copy(chosen, chosen + 1, query);
    if (query.length < MIN_SENTENCE_TOKENS) return undefined;
    if (random.next() < options.addAnchors) copy(0, anchors, passage);
    copy(anchors, segments, passage, random.next() < options.keepSentence ? -1 : chosen);
  } else if (view === 'halves') {
    if (segments - anchors < 4) return undefined;
    const middle = anchors + 1 + random.below(segments - anchors - 1);
    copy(anchors, middle, query);
    copy(middle, segments, passage);
  } else {
    copy(0, segments, passage);
    for (const token of drawKeywords(passage, options.keywordWeights, random)) query.push(token);
  }
  if (query.length === 0 || passage.length === 0) return undefined;
  return { query, passage, group: corpus.group(record), negatives: corpus.negatives(record, options.maxTokens) };
}

/** Two to eight different tokens of a passage, rare ones first: sampling without replacement (Efraimidis and Spirakis, 2006). */
function drawKeywords(passage: readonly number[], weights: Float64Array, random: Random): number[] {
  const wanted = 2 + random.below(7);
  return [...new Set(passage)]
    .map((token) => ({ token, key: Math.log(1 - random.next()) / Math.max(weights[token] ?? 0, 1e-9) }))
    .sort((a, b) => b.key - a.key || a.token - b.token)
    .slice(0, wanted)
    .map(({ token }) => token);
}
