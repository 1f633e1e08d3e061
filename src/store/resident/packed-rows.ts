import type { ResultRows } from '../columns.js';
import { type DocumentHead, decodeHead, decodeSpan, type UnscoredCandidate } from '../knowledge-rows.js';

/** Bytes that rows are packed into at a time. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Numbers in front of a row: lengths of its span, its text and its search text in bytes, its head, whether it has a vector. */
const HEADER_NUMBERS = 5;
const NUMBER_BYTES = 4;
/** What a row takes beside its bytes; and a document's head, about, beside its characters. */
const PLACE_BYTES = 16;
const HEAD_BYTES = 1_000;

const NO_VECTOR = new Float32Array(0);

/** A piece of memory, as bytes and as numbers. */
class Page {
  readonly bytes: Buffer;
  readonly integers: Uint32Array;
  readonly floats: Float32Array;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.integers = new Uint32Array(this.bytes.buffer);
    this.floats = new Float32Array(this.bytes.buffer);
  }
}

/** Where a row begins, in bytes from the start of its page. */
interface Start {
  readonly page: Page;
  readonly offset: number;
}

/**
 * Rows that a search may show, packed into a few large pieces of memory that the garbage collector has nothing to do with.
 * Read each time anew from their bytes, vectors in place. Columns: CANDIDATE_COLUMNS.
 */
export class PackedRows {
  readonly #collection: string;
  readonly #dimensions: number;
  readonly #pages: Page[] = [];
  #used = 0;
  /** Page and offset of the row at each place, as one number; of a place without a row none. */
  readonly #starts: (number | undefined)[] = [];
  readonly #heads: { readonly json: string; head: DocumentHead | undefined }[] = [];
  readonly #headsByJson = new Map<string, number>();
  #bytes = 0;

  constructor(collection: string, dimensions: number) {
    this.#collection = collection;
    this.#dimensions = dimensions;
  }

  /** Memory that it takes, about. */
  get bytes(): number {
    return this.#bytes + this.#starts.length * PLACE_BYTES;
  }

  /** Packs the row of a result for a place. */
  put(place: number, rows: ResultRows, at: number): void {
    const texts = [rows.utf8('span', at), rows.utf8('text', at), rows.utf8('search_text', at)];
    const fixed = (HEADER_NUMBERS + this.#dimensions) * NUMBER_BYTES;
    const { page, offset } = this.#room(
      place,
      texts.reduce((sum, { length }) => sum + length, fixed),
    );
    const number = offset / NUMBER_BYTES;
    let end = offset + fixed;
    for (const [nth, text] of texts.entries()) {
      page.integers[number + nth] = text.length;
      page.bytes.set(text, end);
      end += text.length;
    }
    const vector = rows.vector('vector', at);
    page.integers[number + texts.length] = this.#headOf(rows.text('head', at));
    page.integers[number + texts.length + 1] = vector === null ? 0 : 1;
    if (vector !== null) page.floats.set(vector, number + HEADER_NUMBERS);
  }

  /** The row at a place; undefined where none was put. @throws QuarryError STORE_BROKEN when it is not what was written */
  get(place: number): UnscoredCandidate | undefined {
    const start = this.#startOf(place);
    if (start === undefined) return undefined;
    const { bytes, integers } = start.page;
    const number = start.offset / NUMBER_BYTES;
    const spanAt = start.offset + (HEADER_NUMBERS + this.#dimensions) * NUMBER_BYTES;
    const textAt = spanAt + (integers[number] ?? 0);
    const searchAt = textAt + (integers[number + 1] ?? 0);
    const end = searchAt + (integers[number + 2] ?? 0);
    return {
      chunk: decodeSpan(bytes.toString('utf8', spanAt, textAt), bytes.toString('utf8', textAt, searchAt)),
      document: this.#head(integers[number + 3] ?? 0),
      vector: this.#vectorAt(start) ?? NO_VECTOR,
      searchText: bytes.toString('utf8', searchAt, end),
    };
  }

  /** The vector of the row at a place, null where it has none; undefined where no row was put. */
  vector(place: number): Float32Array | null | undefined {
    const start = this.#startOf(place);
    return start === undefined ? undefined : this.#vectorAt(start);
  }

  /** What is stored of the document of the row at a place, as JSON; undefined where no row was put. */
  headJson(place: number): string | undefined {
    const start = this.#startOf(place);
    if (start === undefined) return undefined;
    return this.#heads[start.page.integers[start.offset / NUMBER_BYTES + 3] ?? 0]?.json;
  }

  #vectorAt({ page, offset }: Start): Float32Array | null {
    const number = offset / NUMBER_BYTES;
    if (page.integers[number + HEADER_NUMBERS - 1] === 0) return null;
    return page.floats.subarray(number + HEADER_NUMBERS, number + HEADER_NUMBERS + this.#dimensions);
  }

  /** Room for so many bytes, from a multiple of four on. */
  #room(place: number, bytes: number): Start {
    const size = Math.ceil(bytes / NUMBER_BYTES) * NUMBER_BYTES;
    let page = this.#pages.at(-1);
    if (page === undefined || this.#used + size > PAGE_BYTES) {
      page = new Page(Math.max(PAGE_BYTES, size));
      this.#pages.push(page);
      this.#bytes += Math.max(PAGE_BYTES, size);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += size;
    this.#starts[place] = (this.#pages.length - 1) * PAGE_BYTES + offset;
    return { page, offset };
  }

  #startOf(place: number): Start | undefined {
    const start = this.#starts[place];
    if (start === undefined) return undefined;
    const page = this.#pages[Math.floor(start / PAGE_BYTES)];
    return page === undefined ? undefined : { page, offset: start % PAGE_BYTES };
  }

  #headOf(json: string): number {
    const known = this.#headsByJson.get(json);
    if (known !== undefined) return known;
    const head = this.#heads.push({ json, head: undefined }) - 1;
    this.#headsByJson.set(json, head);
    this.#bytes += HEAD_BYTES + json.length;
    return head;
  }

  #head(at: number): DocumentHead {
    const known = this.#heads[at];
    if (known === undefined) return decodeHead('', this.#collection);
    known.head ??= decodeHead(known.json, this.#collection);
    return known.head;
  }
}
