const FIRST_CAPACITY = 64 * 1024;

/** Bytes that arrive in parts, kept in one block that doubles: no long copy at the end, however much has come. */
export class GrowingBytes {
  #block = Buffer.allocUnsafeSlow(0);
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  push(part: Uint8Array): void {
    const wanted = this.#length + part.length;
    if (wanted > this.#block.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_CAPACITY, 2 * this.#block.length, wanted));
      larger.set(this.#block.subarray(0, this.#length));
      this.#block = larger;
    }
    this.#block.set(part, this.#length);
    this.#length = wanted;
  }

  /** All bytes; a view of the block, which belongs to nobody else. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#block.subarray(0, this.#length);
  }
}
