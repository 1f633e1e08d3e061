/** A seeded source of randomness whose state can be saved and restored. */
export interface Random {
  /** Uniform in `[0, 1)`, 32 bits. */
  next(): number;
  /** Uniform integer in `[0, bound)`; `bound` at least 1. */
  below(bound: number): number;
  /** Standard normal (Box and Muller, 1958). */
  normal(): number;
  /** The whole state: four 32-bit words. */
  save(): readonly number[];
}

/**
 * The generator sfc32 (Doty-Humphrey's "small fast counting" generator, 128 bits of state, passes PractRand).
 *
 * @param seed any integer, or a state returned by `save`.
 */
export function createRandom(seed: number | readonly number[]): Random {
  let [a = 0, b = 0, c = 0, counter = 1] = typeof seed === 'number' ? [0, seed | 0, 0x9e3779b9 | 0, 1] : seed;
  const nextWord = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  if (typeof seed === 'number') for (let round = 0; round < 16; round++) nextWord();
  const next = (): number => nextWord() / 2 ** 32;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    save: () => [a, b, c, counter],
  };
}

/** Puts the entries into random order, in place (Fisher and Yates, 1938). */
export function shuffle(entries: Int32Array, random: Random): void {
  for (let last = entries.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = entries[last] ?? 0;
    entries[last] = entries[other] ?? 0;
    entries[other] = kept;
  }
}
