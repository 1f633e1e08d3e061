/** Most bytes of JSON outside of its texts: brackets, commas, numbers, blanks. What has more is data, not the input of an operation. */
export const MAX_STRUCTURE_BYTES = 64 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Counts the bytes of JSON that stand outside of texts, piece by piece as they arrive. Parsing costs most there (a
 * number, a key, an object each), while a long text is merely copied; so this tells what a parser would have to do
 * before it is asked to.
 */
export class JsonStructure {
  #outside = 0;
  #isText = false;
  #isEscaped = false;

  /** Reads on. @returns whether there is still no more than {@link MAX_STRUCTURE_BYTES} */
  push(bytes: Uint8Array): boolean {
    let outside = this.#outside;
    let isText = this.#isText;
    let isEscaped = this.#isEscaped;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (!isText) {
        outside += 1;
        isText = byte === QUOTE;
      } else if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isText = false;
    }
    this.#outside = outside;
    this.#isText = isText;
    this.#isEscaped = isEscaped;
    return outside <= MAX_STRUCTURE_BYTES;
  }
}

/** Whether JSON has so little outside of its texts that it can be parsed at once. */
export function hasLittleStructure(json: string): boolean {
  return json.length <= MAX_STRUCTURE_BYTES || new JsonStructure().push(Buffer.from(json));
}
