const EMPTY = -1;
/** Slots for each word, so that few are tried in vain. */
const SLOTS_PER_WORD = 4;

/** A few words that are looked for in the middle of texts, by a hash of their UTF-16 code units. */
export class WordTable {
  readonly words: readonly string[];
  readonly #slots: Int32Array;

  /** @param words each once */
  constructor(words: readonly string[]) {
    this.words = words;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(words.length * SLOTS_PER_WORD + 1))).fill(EMPTY);
    for (const [number, word] of words.entries()) {
      let hash = 0;
      for (let at = 0; at < word.length; at++) hash = WordTable.hash(hash, word.charCodeAt(at));
      let slot = this.#slotOf(hash);
      while (this.#slots[slot] !== EMPTY) slot = this.#next(slot);
      this.#slots[slot] = number;
    }
  }

  /** The hash of a word and one more code unit; that of no word is 0. */
  static hash(before: number, unit: number): number {
    return (Math.imul(before, 31) + unit) | 0;
  }

  /** Number of the word that stands in a text from `start` to before `end`, -1 for none of them. */
  find(hash: number, text: string, start: number, end: number): number {
    for (let slot = this.#slotOf(hash); ; slot = this.#next(slot)) {
      const number = this.#slots[slot] ?? EMPTY;
      if (number === EMPTY) return EMPTY;
      const word = this.words[number] ?? '';
      if (word.length === end - start && text.startsWith(word, start)) return number;
    }
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots.length - 1);
  }

  #next(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }
}
