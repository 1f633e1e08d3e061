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
const LEAST_OVERLAP = 0.65;
const LEAST_OVERLAP_OF_OTHERS = 0.85;
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
  const isOther = a.numbers !== b.numbers && a.numbers !== '' && countOf(a.numbers) === countOf(b.numbers);
  if (!isOther && a.isDenied === b.isDenied) return undefined;
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  const overlap = shared / (a.words.size + b.words.size - shared);
  // Where each has words of its own, they speak of different things.
  const isOfOthers = shared < a.words.size && shared < b.words.size;
  if (overlap < (isOfOthers ? LEAST_OVERLAP_OF_OTHERS : LEAST_OVERLAP)) return undefined;
  return { first, second, overlap, difference: isOther ? 'numbers' : 'denial' };
}

function countOf(numbers: string): number {
  return numbers === '' ? 0 : numbers.split(' ').length;
}

function readSentence(text: string): Read {
  const all = plainWords(text.replace(/\]\([^)\s]*\)/g, ' ').replace(/n['\u2019]t\b/gi, ' not'));
  // A version or a name with a digit in it counts nothing.
  const numbers = all.filter((word) => /^\p{N}+$/u.test(word));
  const words = all.filter((word) => !/\p{N}/u.test(word) && !COMMON_WORDS.has(word) && !NEGATIONS.has(word));
  return {
    words: new Set(words),
    numbers: numbers.sort().join(' '),
    isDenied: all.some((word) => NEGATIONS.has(word)),
  };
}

/** Sentences of a passage that say something in words: no code, no legal lines; lists and tables by their lines. */
export function sentencesOf(text: string): string[] {
  return (
    text
      .replace(/^(`{3,}|~{3,}).*?(?:^\1|$(?![\s\S]))/gms, '\n')
      // A paragraph may be wrapped; a list, a table or a heading has its own lines.
      .replace(/(?<=[^\n])\n(?=[^\s#>*|+\-\d])/g, ' ')
      .split(/(?<=[.!?])\s+|\n+/)
      .map((sentence) => sentence.replace(/^[\s#>*|-]+/, '').trim())
      .filter((sentence) => sentence.length >= 20 && sentence.length <= 400 && isProse(sentence))
  );
}

/** Fewer words are a label or a line of code. */
const LEAST_SENTENCE_WORDS = 5;
/** Of a sentence, this part is letters, digits and blanks. */
const LEAST_PLAIN = 0.88;
const LEGAL = /copyright|\(c\)|\ball rights reserved\b|^licen[cs]e/i;

function isProse(sentence: string): boolean {
  const plain = sentence.replace(/[^\p{L}\p{N}\s.,%]/gu, '').length;
  const words = sentence.split(/\s+/).filter((word) => /^\p{L}+['\u2019]?\p{L}*[.,;:!?]?$/u.test(word));
  if (sentence.endsWith('?') || sentence === sentence.toUpperCase()) return false;
  const isCode = /[{};=]|\w\(|\)\.|=>|::|^(?:def|class|func|import|from|return|if|for|var|let|const)\b.*[:;{]$/.test(
    sentence,
  );
  return (
    words.length >= LEAST_SENTENCE_WORDS && plain / sentence.length >= LEAST_PLAIN && !isCode && !LEGAL.test(sentence)
  );
}
