import { detectLanguage } from './detect-language.js';
import { hashWord, mixBits } from './shingles.js';

/** What can be measured of a text without knowing what it says. */
export interface TextQuality {
  readonly characters: number;
  readonly words: number;
  /** Mean length of a word in characters. */
  readonly meanWordLength: number;
  /** Share of characters that are neither letters, digits nor white space, 0..1. */
  readonly symbolRatio: number;
  /** Share of words that hold at least one letter, 0..1. */
  readonly alphabeticWords: number;
  /** Share of lines that occurred before in the text, 0..1. */
  readonly repeatedLines: number;
  /** Share of the characters that lie in repeated runs of five words, 0..1. */
  readonly repeatedRuns: number;
  /** Lines that are furniture of a web page: cookies, navigation, copyright. */
  readonly boilerplateLines: number;
  /** BCP 47 tag of the likeliest language; empty when the text is too short or not prose. */
  readonly language: string;
}

/** Bounds outside which a text is flagged. The defaults follow Gopher's rules (Rae et al., 2021, A1.1), loosened for short technical texts. */
export interface QualityBounds {
  /** In characters, for the answering side. */
  readonly minCharacters: number;
  readonly maxCharacters: number;
  readonly maxSymbolRatio: number;
  readonly minAlphabeticWords: number;
  readonly maxRepeatedLines: number;
  readonly maxRepeatedRuns: number;
  readonly maxMeanWordLength: number;
}

/** Defaults of {@link QualityBounds}. */
export const QUALITY_BOUNDS: QualityBounds = {
  minCharacters: 20,
  maxCharacters: 20_000,
  maxSymbolRatio: 0.4,
  minAlphabeticWords: 0.5,
  maxRepeatedLines: 0.3,
  maxRepeatedRuns: 0.3,
  maxMeanWordLength: 24,
};

const BOILERPLATE: readonly RegExp[] = [
  /^(?:we use|this (?:web)?site uses) cookies\b/i,
  /^(?:accept|reject|manage)(?: all)? cookies\b/i,
  /^(?:all rights reserved|copyright (?:\(c\)|\u00a9)|\u00a9 ?\d{4})/i,
  /^(?:skip to (?:main )?content|back to top|table of contents|on this page|edit (?:this page|on github)|was this (?:page )?helpful)\b/i,
  /^(?:sign (?:in|up)|log ?in|subscribe(?: to our newsletter)?|share (?:this|on)|follow us(?: on)?|privacy policy|terms (?:of (?:use|service))?)\b.{0,30}$/i,
  /^(?:previous|next|home|menu|search|loading)\W{0,3}$/i,
  /\blorem ipsum dolor\b/i,
  /^(?:please )?enable javascript\b/i,
];

/** Measures a text. Linear in its length. */
export function measureQuality(text: string): TextQuality {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const letters = text.match(/[\p{L}\p{N}\p{M}\s]/gu)?.length ?? 0;
  const length = Math.max(1, [...text].length);
  return {
    characters: text.length,
    words: words.length,
    meanWordLength: words.length === 0 ? 0 : words.reduce((sum, word) => sum + word.length, 0) / words.length,
    symbolRatio: text === '' ? 0 : 1 - letters / length,
    alphabeticWords: words.length === 0 ? 0 : words.filter((word) => /\p{L}/u.test(word)).length / words.length,
    repeatedLines: shareRepeated(lines),
    repeatedRuns: shareInRepeatedRuns(words),
    boilerplateLines: lines.filter((line) => BOILERPLATE.some((pattern) => pattern.test(line))).length,
    language: detectLanguage(text),
  };
}

function shareRepeated(lines: readonly string[]): number {
  // A closing bracket may stand alone as often as it likes.
  const telling = lines.filter((line) => /[\p{L}\p{N}]{2}/u.test(line));
  return telling.length < 4 ? 0 : 1 - new Set(telling).size / telling.length;
}

const RUN_WORDS = 5;

function shareInRepeatedRuns(words: readonly string[]): number {
  if (words.length < 2 * RUN_WORDS) return 0;
  const seen = new Set<number>();
  const isRepeated = new Uint8Array(words.length);
  const hashes = words.map(hashWord);
  for (let at = 0; at + RUN_WORDS <= words.length; at++) {
    let run = 0;
    for (let step = 0; step < RUN_WORDS; step++) run = mixBits(run + (hashes[at + step] ?? 0));
    if (seen.has(run)) isRepeated.fill(1, at, at + RUN_WORDS);
    else seen.add(run);
  }
  let inRuns = 0;
  let all = 0;
  for (const [at, word] of words.entries()) {
    all += word.length;
    if (isRepeated[at] === 1) inRuns += word.length;
  }
  return all === 0 ? 0 : inRuns / all;
}

/** Flags of a text that lies outside the bounds, in a fixed order; empty when all is well. */
export function flagQuality(quality: TextQuality, bounds: QualityBounds = QUALITY_BOUNDS): string[] {
  const flags: string[] = [];
  if (quality.characters < bounds.minCharacters) flags.push('too-short');
  if (quality.characters > bounds.maxCharacters) flags.push('too-long');
  if (quality.symbolRatio > bounds.maxSymbolRatio) flags.push('symbols');
  if (quality.words >= 10 && quality.alphabeticWords < bounds.minAlphabeticWords) flags.push('few-words');
  if (quality.meanWordLength > bounds.maxMeanWordLength) flags.push('long-words');
  if (quality.repeatedLines > bounds.maxRepeatedLines || quality.repeatedRuns > bounds.maxRepeatedRuns) {
    flags.push('repetition');
  }
  if (quality.boilerplateLines > 0) flags.push('boilerplate');
  return flags;
}
