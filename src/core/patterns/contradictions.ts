import { plainWords } from '../curation/shingles.js';
import { COMMON_WORDS } from '../text/words.js';

/** A sentence with where it stands. */
export interface PlacedSentence {
  readonly text: string;
  readonly documentId: string;
}

/** Two sentences of different documents that say nearly the same, and differ in what matters. */
export interface Contradiction {
  /** Places in the list that was given. */
  readonly first: number;
  readonly second: number;
  /** Shared part of their words, 0..1. */
  readonly overlap: number;
  /** What differs: numbers, or that one of them denies. */
  readonly difference: 'numbers' | 'denial';
}

const NEGATIONS = new Set(['not', 'no', 'never', 'cannot', 'without', 'neither', 'nor', 'nothing', 'none']);
/** Shared part of the words from which two sentences are about the same. */
const LEAST_OVERLAP = 0.6;
/** Fewer words of its own say too little. */
const LEAST_WORDS = 4;
/** Rare words by which sentences are brought together, and sentences of a word that are compared. */
const KEYS = 3;
const MOST_OF_A_WORD = 40;

interface Read {
  readonly words: ReadonlySet<string>;
  readonly numbers: string;
  readonly isDenied: boolean;
}

/**
 * Finds sentences that may contradict each other: of different documents, with mostly the same words, and other numbers or
 * a denial in one of them. A heuristic over words; a judge decides. Most overlapping first.
 */
export function findContradictions(sentences: readonly PlacedSentence[]): Contradiction[] {
  const read = sentences.map(({ text }) => readSentence(text));
  const frequency = new Map<string, number>();
  for (const { words } of read) for (const word of words) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const buckets = new Map<string, number[]>();
  read.forEach(({ words }, at) => {
    if (words.size < LEAST_WORDS) return;
    const rare = [...words].sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0) || (a < b ? -1 : 1));
    for (const word of rare.filter((one) => (frequency.get(one) ?? 0) > 1).slice(0, KEYS))
      buckets.set(word, [...(buckets.get(word) ?? []), at]);
  });
  const found = new Map<string, Contradiction>();
  for (const bucket of buckets.values()) {
    const members = bucket.slice(0, MOST_OF_A_WORD);
    for (const [place, first] of members.entries())
      for (const second of members.slice(place + 1)) {
        const contradiction = compare(sentences, read, [first, second]);
        if (contradiction !== undefined) found.set(`${first} ${second}`, contradiction);
      }
  }
  return [...found.values()].sort((a, b) => b.overlap - a.overlap || a.first - b.first || a.second - b.second);
}

function compare(
  sentences: readonly PlacedSentence[],
  read: readonly Read[],
  [first, second]: readonly [number, number],
): Contradiction | undefined {
  const [a, b] = [read[first], read[second]];
  if (a === undefined || b === undefined) return undefined;
  if (sentences[first]?.documentId === sentences[second]?.documentId) return undefined;
  const isOther = a.numbers !== b.numbers && a.numbers !== '' && b.numbers !== '';
  if (!isOther && a.isDenied === b.isDenied) return undefined;
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  const overlap = shared / (a.words.size + b.words.size - shared);
  if (overlap < LEAST_OVERLAP) return undefined;
  return { first, second, overlap, difference: isOther ? 'numbers' : 'denial' };
}

function readSentence(text: string): Read {
  const all = plainWords(text.replace(/n['\u2019]t\b/gi, ' not'));
  const numbers = all.filter((word) => /\p{N}/u.test(word));
  const words = all.filter((word) => !/\p{N}/u.test(word) && !COMMON_WORDS.has(word) && !NEGATIONS.has(word));
  return {
    words: new Set(words),
    numbers: numbers.sort().join(' '),
    isDenied: all.some((word) => NEGATIONS.has(word)),
  };
}

/** Sentences of a passage that are long enough to say something; lists and tables by their lines. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.replace(/^[\s#>*|-]+/, '').trim())
    .filter((sentence) => sentence.length >= 20 && sentence.length <= 400);
}
