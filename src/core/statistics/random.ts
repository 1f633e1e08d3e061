/** Looked up once: resampling calls it some billion times. */
const { imul } = Math;

/** Draws numbers in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator (SplitMix32 steps through Murmur3's finaliser): the same seed gives the same numbers on every
 * machine. Good enough for resampling, not for secrets. `seed` is taken modulo 2^32.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}
