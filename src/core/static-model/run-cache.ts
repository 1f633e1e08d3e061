/** Runs of up to this many UTF-16 units are remembered; longer ones are rarely seen twice. */
const MAX_CACHED_UNITS = 40;
/** A repository of two thousand files has some eighty thousand different runs. */
const MAX_CACHED_RUNS = 131_072;
const SLOTS = 2 * MAX_CACHED_RUNS;
/** Room that is kept for the units of a text; a longer one takes its own. */
const KEPT_UNITS = 65_536;
const FIRST_UNITS = 16_384;

const SPACE = 0x20;
const DELETE = 0x7f;
/** Constants of FNV-1a. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

/** Token ids of a run, in order. */
export type RunIds = readonly number[];

/**
 * The runs of texts between ASCII white space or controls, with their ids, which are made once for each run and remembered. A
 * known run is found by its units where they stand: cutting out a string and asking a map for it costs several times as much.
 */
export class RunCache {
  readonly #encode: (run: string, isAscii: boolean) => RunIds;
  readonly #kept = new Uint16Array(KEPT_UNITS);
  /** An entry's number plus one, in the first slot from its hash on that was free. */
  readonly #slots = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(MAX_CACHED_RUNS);
  /** Where the units of each entry end; those of the next one begin there. */
  readonly #ends = new Int32Array(MAX_CACHED_RUNS);
  #units = new Uint16Array(FIRST_UNITS);
  #ids: RunIds[] = [];
  /** The text that is being read. */
  #text = this.#kept;

  /** @param encode makes the ids of a run; must not read another text meanwhile */
  constructor(encode: (run: string, isAscii: boolean) => RunIds) {
    this.#encode = encode;
  }

  /** Calls `visit` with the ids of each run of a text, in order. */
  read(text: string, visit: (ids: RunIds) => void): void {
    const { length } = text;
    const units = length <= KEPT_UNITS ? this.#kept : new Uint16Array(length);
    Buffer.from(units.buffer).write(text, 'utf16le');
    this.#text = units;
    let start = 0;
    let hash = HASH_START;
    let union = 0;
    for (let at = 0; at <= length; at++) {
      const unit = at < length ? (units[at] ?? SPACE) : SPACE;
      if (unit > SPACE && unit !== DELETE) {
        hash = Math.imul(hash ^ unit, HASH_FACTOR);
        union |= unit;
        continue;
      }
      if (at > start) visit(this.#find(start, at, hash) ?? this.#add(text.slice(start, at), hash, union <= DELETE));
      start = at + 1;
      hash = HASH_START;
      union = 0;
    }
    this.#text = this.#kept;
  }

  #find(start: number, end: number, hash: number): RunIds | undefined {
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return undefined;
      if (this.#hashes[entry] === hash && this.#isRun(entry, start, end)) return this.#ids[entry];
    }
  }

  #isRun(entry: number, start: number, end: number): boolean {
    const from = entry === 0 ? 0 : (this.#ends[entry - 1] ?? 0);
    if ((this.#ends[entry] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#text[at] !== this.#units[from + at - start]) return false;
    return true;
  }

  #add(run: string, hash: number, isAscii: boolean): RunIds {
    const ids = this.#encode(run, isAscii);
    if (run.length > MAX_CACHED_UNITS) return ids;
    if (this.#ids.length >= MAX_CACHED_RUNS) this.#forget();
    const from = this.#ends[this.#ids.length - 1] ?? 0;
    this.#reserve(from + run.length);
    for (let at = 0; at < run.length; at++) this.#units[from + at] = run.charCodeAt(at);
    this.#hashes[this.#ids.length] = hash;
    this.#ends[this.#ids.length] = from + run.length;
    let slot = hash & (SLOTS - 1);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = this.#ids.push(ids);
    return ids;
  }

  #reserve(units: number): void {
    if (units <= this.#units.length) return;
    const larger = new Uint16Array(2 * this.#units.length);
    larger.set(this.#units);
    this.#units = larger;
  }

  #forget(): void {
    this.#ids = [];
    this.#slots.fill(0);
  }
}
