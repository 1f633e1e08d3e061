const FIRST_ROOM = 8;
const GROWTH = 1.5;

/** Numbers of 32 bits in the order in which they were added. */
export class PostingList {
  #numbers = new Uint32Array(FIRST_ROOM);
  #length = 0;

  /** The numbers; the array is only good until the next is added. */
  get numbers(): Uint32Array {
    return this.#numbers.subarray(0, this.#length);
  }

  /** The number that was added last; 0 where there is none. */
  get last(): number {
    return this.#numbers[this.#length - 1] ?? 0;
  }

  set last(number: number) {
    this.#numbers[this.#length - 1] = number;
  }

  /** @returns for how many more numbers it took memory */
  push(number: number): number {
    const room = this.#numbers.length;
    if (this.#length === room) {
      const larger = new Uint32Array(Math.ceil(room * GROWTH));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
    return this.#numbers.length - room;
  }
}
