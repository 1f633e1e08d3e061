/** A sample of a text's three-word shingles: the smallest 512 of their 32-bit hashes, ascending. All of them for short texts. */
export type TextSketch = Uint32Array;

const SKETCH_SIZE = 512;
const MIN_SAMPLES = 5;
/** The bound keeps an endless word from overflowing the stack of the regular expression. */
const WORDS = /[\p{L}\p{N}]{1,65536}/gu;

/** Samples a text. Markup, case and line breaks play no part. */
export function sketchText(text: string): TextSketch {
  const words = text.toLowerCase().match(WORDS) ?? [];
  const hashes = new Set<number>();
  for (let at = 0; at + 2 < words.length; at += 1) hashes.add(hashWords(words[at], words[at + 1], words[at + 2]));
  return Uint32Array.from(hashes).sort().slice(0, SKETCH_SIZE);
}

/**
 * Share (0..1) of `part`'s shingles that `whole` has too: the bottom-k estimate of containment. 1 when `part` has too
 * few words to have any; 0 when the samples are too few to tell.
 */
export function containment(part: TextSketch, whole: TextSketch): number {
  if (part.length === 0) return 1;
  const isWholeKnown = whole.length < SKETCH_SIZE;
  const ceiling = isWholeKnown ? Number.POSITIVE_INFINITY : (whole[whole.length - 1] ?? 0);
  const comparable = part.filter((hash) => hash <= ceiling);
  if (!isWholeKnown && comparable.length < MIN_SAMPLES) return 0;
  const known = new Set(whole);
  return comparable.filter((hash) => known.has(hash)).length / comparable.length;
}

/** FNV-1a over the UTF-16 code units of the words, with a separator. */
function hashWords(...words: readonly (string | undefined)[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    for (let at = 0; at < (word?.length ?? 0); at += 1) {
      hash = Math.imul(hash ^ (word?.charCodeAt(at) ?? 0), 0x01000193);
    }
    hash = Math.imul(hash ^ 0x20, 0x01000193);
  }
  // FNV's high bits are weak for short input, and the sample is chosen by them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
