import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestsOf, VERSIONS_FOLDER } from './manifests.js';
import { readFragments } from './read-manifest.js';

/** Folder, inside a table, of the files that say which rows of a fragment are deleted. */
export const DELETIONS_FOLDER = '_deletions';

const MAGIC = 'ARROW1';
/** Most rows of one fragment. */
const MAX_ROWS = 2 ** 31;
/** What the compressed form may add to the plain one: buffers are padded to 64 bytes. */
const PADDING = 128;
const ROW_BYTES = 4;

/**
 * Names of the deletion files, in use by the newest version of a table, that cannot be what the engine wrote. The engine believes the sizes in them: one
 * flipped byte makes it ask for exabytes, and the whole process ends. So they are looked at before the table is opened.
 */
export async function brokenDeletionFiles(tableFolder: string): Promise<string[]> {
  const folder = join(tableFolder, DELETIONS_FOLDER);
  const present: string[] = await readdir(folder).catch(() => []); // nothing was ever deleted
  if (present.length === 0) return [];
  const [newest] = await manifestsOf(tableFolder);
  const fragments = await readFragments(join(tableFolder, VERSIONS_FOLDER, newest ?? ''));
  const used = fragments?.map(({ deletionFile }) => deletionFile).filter((name) => present.includes(name)) ?? present;
  const broken: string[] = [];
  for (const name of used) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined); // dropped meanwhile with its version
    if (bytes !== undefined && !isSoundDeletionFile(name, bytes)) broken.push(name);
  }
  return broken;
}

/** Whether all sizes in a deletion file are possible ones; the numbers of the rows themselves carry no mark. */
export function isSoundDeletionFile(name: string, bytes: Buffer): boolean {
  try {
    return name.endsWith('.arrow') ? isSoundArrowFile(bytes) : isSoundBitmap(bytes);
  } catch {
    return false; // a place beyond the end of the file
  }
}

/** Serialised roaring bitmaps begin with a cookie and the number of their containers of 65,536 rows. */
function isSoundBitmap(bytes: Buffer): boolean {
  const cookie = bytes.readUInt32LE(0);
  if (cookie === 12_346) {
    const containers = bytes.readUInt32LE(4);
    return containers <= 65_536 && bytes.length >= 8 + containers * 8;
  }
  return (cookie & 0xffff) === 12_347 && bytes.length > 8;
}

/** Arrow's file format, as far as its sizes go: footer, blocks, messages, buffers. */
function isSoundArrowFile(bytes: Buffer): boolean {
  const isFramed = bytes.subarray(0, 6).toString('latin1') === MAGIC && bytes.subarray(-6).toString('latin1') === MAGIC;
  if (!isFramed || bytes.length < 32) return false;
  const length = bytes.readInt32LE(bytes.length - 10);
  const start = bytes.length - 10 - length;
  if (length < 8 || start < 8) return false;
  const footer = new FlatTable(bytes, start + bytes.readUInt32LE(start));
  if (footer.structs(2, 24).length > 0) return false; // dictionaries: row numbers have none
  const blocks = footer.structs(3, 24);
  return blocks.length > 0 && blocks.every((at) => isSoundBlock(bytes, at, start));
}

function isSoundBlock(bytes: Buffer, at: number, end: number): boolean {
  const offset = Number(bytes.readBigInt64LE(at));
  const metaLength = bytes.readInt32LE(at + 8);
  const bodyLength = Number(bytes.readBigInt64LE(at + 16));
  if (offset < 8 || metaLength < 16 || bodyLength < 0 || offset + metaLength + bodyLength > end) return false;
  if (bytes.readInt32LE(offset) !== -1 || bytes.readInt32LE(offset + 4) > metaLength - 8) return false;
  const root = offset + 8;
  const message = new FlatTable(bytes, root + bytes.readUInt32LE(root));
  if (message.long(3) !== bodyLength) return false;
  const batch = message.table(2);
  return batch !== undefined && isSoundBatch(bytes, batch, { start: offset + metaLength, length: bodyLength });
}

function isSoundBatch(bytes: Buffer, batch: FlatTable, body: { start: number; length: number }): boolean {
  const rows = batch.long(0);
  if (rows < 0 || rows > MAX_ROWS) return false;
  const nodes = batch.structs(1, 16);
  if (nodes.length !== 1 || nodes.some((at) => Number(bytes.readBigInt64LE(at)) !== rows)) return false;
  if (nodes.some((at) => bytes.readBigInt64LE(at + 8) !== 0n)) return false;
  const isCompressed = batch.table(3) !== undefined;
  return batch.structs(2, 16).every((at) => {
    const offset = Number(bytes.readBigInt64LE(at));
    const length = Number(bytes.readBigInt64LE(at + 8));
    if (offset < 0 || length < 0 || offset + length > body.length) return false;
    if (length === 0) return true;
    if (!isCompressed) return length <= rows * ROW_BYTES + PADDING;
    const plain = Number(bytes.readBigInt64LE(body.start + offset));
    return length >= 8 && (plain === -1 || (plain >= 0 && plain <= rows * ROW_BYTES + PADDING));
  });
}

/** A table of a flatbuffer; fields are read by their number. Places beyond the end throw. */
class FlatTable {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  long(field: number): number {
    const at = this.#field(field);
    return at === undefined ? 0 : Number(this.#bytes.readBigInt64LE(at));
  }

  table(field: number): FlatTable | undefined {
    const at = this.#field(field);
    return at === undefined ? undefined : new FlatTable(this.#bytes, at + this.#bytes.readUInt32LE(at));
  }

  /** Places of the structs in a vector. */
  structs(field: number, size: number): number[] {
    const at = this.#field(field);
    if (at === undefined) return [];
    const vector = at + this.#bytes.readUInt32LE(at);
    const count = this.#bytes.readUInt32LE(vector);
    if (vector + 4 + count * size > this.#bytes.length) throw new RangeError('A vector beyond the end.');
    return Array.from({ length: count }, (_, index) => vector + 4 + index * size);
  }

  #field(field: number): number | undefined {
    const vtable = this.#at - this.#bytes.readInt32LE(this.#at);
    const slot = 4 + field * 2;
    if (slot + 2 > this.#bytes.readUInt16LE(vtable)) return undefined;
    const offset = this.#bytes.readUInt16LE(vtable + slot);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
