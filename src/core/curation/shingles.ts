/** Looked up once: it is called some billion times. */
const { imul } = Math;

/** Words in a shingle, as in datatrove. */
export const SHINGLE_WORDS = 5;

/** Scripts that write without spaces between words: each letter stands for a word, or better for half of one. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u');
const UNSPACED_PARTS = new RegExp(`[${UNSPACED}]|[^${UNSPACED}]+`, 'gu');

/** Soft hyphens and characters without width, which stand inside words. */
const UNSEEN = /\u00ad|[\u200b-\u200d\u2060\ufeff]/g;

/**
 * Words of a text as near-duplicate search sees them: lower case, without punctuation and accents, split at anything
 * else. Scripts without spaces are split into letters.
 */
export function plainWords(text: string): string[] {
  const words = (text.search(UNSEEN) < 0 ? text : text.replace(UNSEEN, ''))
    .normalize('NFKD')
    .toLowerCase()
    .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]{0,65535}/gu);
  return words?.flatMap((word) => (isAscii(word) ? word : splitUnspaced(word.replace(/\p{M}/gu, '')))) ?? [];
}

function splitUnspaced(word: string): string | string[] {
  return HAS_UNSPACED.test(word) ? (word.match(UNSPACED_PARTS) ?? []) : word;
}

/** How many words a run of {@link plainWords} is worth: a letter of a script without spaces counts half. */
export function measureWords(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + (!isAscii(word) && HAS_UNSPACED.test(word) ? 0.5 : 1), 0);
}

function isAscii(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) > 127) return false;
  return true;
}

/** 32-bit hash of a word (FNV-1a over UTF-16 code units, mixed as in MurmurHash3). */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = imul(hash ^ word.charCodeAt(i), 0x01000193);
  return mixBits(hash);
}

/** MurmurHash3's finaliser (Appleby): every input bit changes every output bit with chance one half. */
export function mixBits(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Hashes of the different runs of `size` words, ascending. A text shorter than one run is a single shingle of all its
 * words, so short texts equal only their like. Empty for a text without words.
 */
export function shingleHashes(words: readonly string[], size: number = SHINGLE_WORDS): Uint32Array {
  if (words.length === 0) return new Uint32Array(0);
  const hashes = words.map(hashWord);
  const runs = Math.max(1, hashes.length - size + 1);
  const found = new Uint32Array(runs);
  for (let start = 0; start < runs; start++) {
    let hash = hashes.length;
    if (hashes.length >= size) hash = size;
    for (let at = start; at < Math.min(start + size, hashes.length); at++) {
      hash = (imul(hash ^ (hashes[at] ?? 0), 0x9e3779b1) + 0x7f4a7c15) | 0;
      hash ^= hash >>> 15;
    }
    found[start] = mixBits(hash);
  }
  found.sort();
  let kept = 0;
  for (let at = 0; at < found.length; at++) {
    const hash = found[at] ?? 0;
    if (at === 0 || hash !== found[kept - 1]) found[kept++] = hash;
  }
  return found.slice(0, kept);
}

/** How many entries two ascending lists without repeats share. */
function countShared(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] ?? 0;
    const right = b[j] ?? 0;
    if (left === right) {
      shared++;
      i++;
      j++;
    } else if (left < right) i++;
    else j++;
  }
  return shared;
}

/** Jaccard similarity |A and B| / |A or B| of two ascending lists without repeats (Jaccard, 1901). 0 when both are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const shared = countShared(a, b);
  const union = a.length + b.length - shared;
  return union === 0 ? 0 : shared / union;
}

/**
 * Overlap coefficient |A and B| / min(|A|, |B|) of two ascending lists without repeats (Szymkiewicz, 1934; Simpson, 1960):
 * 1 when one text holds the other, however much longer it is. 0 when either is empty.
 */
export function shingleOverlap(a: Uint32Array, b: Uint32Array): number {
  const smaller = Math.min(a.length, b.length);
  return smaller === 0 ? 0 : countShared(a, b) / smaller;
}

/** The longest run of words that two texts share, as words; empty when they share no shingle of `size` words. */
export function longestSharedRun(a: readonly string[], b: readonly string[], size: number = SHINGLE_WORDS): string[] {
  const places = new Map<string, number[]>();
  const keyAt = (words: readonly string[], at: number): string => words.slice(at, at + size).join(' ');
  for (let at = 0; at + size <= b.length; at++) {
    const key = keyAt(b, at);
    const known = places.get(key);
    if (known === undefined) places.set(key, [at]);
    else if (known.length < 8) known.push(at); // Boilerplate repeats; a few places are enough for evidence.
  }
  let best = { start: 0, length: 0 };
  for (let at = 0; at + size <= a.length; at++) {
    if (at + size <= best.start + best.length) continue;
    for (const other of places.get(keyAt(a, at)) ?? []) {
      let length = size;
      while (at + length < a.length && other + length < b.length && a[at + length] === b[other + length]) length++;
      if (length > best.length) best = { start: at, length };
    }
  }
  if (best.length === 0 && a.length > 0 && a.length < size && a.join(' ') === b.join(' ')) return [...a];
  return a.slice(best.start, best.start + best.length);
}
