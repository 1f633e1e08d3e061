import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodeMatrix, MOST_TOGETHER } from '../../core/vectors/code-matrix.js';
import { strideOf } from '../../core/vectors/scan-kernel.js';

/** File, in the folder of a collection's table, of the codes that stand for its vectors in memory: made anew when it is missing. */
const CODE_FILE = 'quarry-codes.bin';

/** Eight bytes at the start, which change when what follows does. */
const MAGIC = Buffer.from('QCODES01');
/** The magic bytes, and four numbers: dimensions, rows with and without a vector, a sum over their numbers. */
const HEADER_BYTES = 24;
/** Number, scale and check of a row. */
const ROW_BYTES = 16;

/** Where the codes of a table are kept. */
export function codePath(tableFolder: string): string {
  return join(tableFolder, CODE_FILE);
}

/** Rows of a table by their numbers: those in a matrix, in its order, and those that have no vector. */
export interface CodedTable {
  readonly ids: Float64Array;
  readonly without: Float64Array;
  readonly matrix: CodeMatrix;
}

/** What was written; undefined where nothing was, or it is not as it was written. */
export async function readCodes(path: string, dimensions: number): Promise<CodedTable | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    return await readTable(file, dimensions);
  } catch {
    return undefined; // The vectors themselves are read instead.
  } finally {
    await file?.close();
  }
}

/** Writes rows whole or not at all. Not to the disk: what a crash leaves of it is told by its checks. */
export async function writeCodes(path: string, dimensions: number, table: CodedTable): Promise<void> {
  const { ids, without, matrix } = table;
  const parts = matrix.parts();
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  [dimensions, ids.length, without.length, sumOf(ids, without)].forEach((number, at) => {
    header.writeUInt32LE(number, MAGIC.length + at * 4);
  });
  const columns = [
    ids,
    without,
    ...parts.map(({ scales }) => scales),
    ...parts.map((part) => part.checks()),
    ...parts.map(({ codes }) => codes),
  ];
  const draft = `${path}.tmp`;
  try {
    await writeFile(draft, [header, ...columns.map(bytesOf)], { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function readTable(file: FileHandle, dimensions: number): Promise<CodedTable | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  await file.read(header, 0, HEADER_BYTES, 0);
  const [written, rows = 0, rest = 0, sum] = [0, 1, 2, 3].map((at) => header.readUInt32LE(MAGIC.length + at * 4));
  if (!header.subarray(0, MAGIC.length).equals(MAGIC) || written !== dimensions) return undefined;
  const size = HEADER_BYTES + rows * (ROW_BYTES + strideOf(dimensions)) + rest * Float64Array.BYTES_PER_ELEMENT;
  if ((await file.stat()).size !== size) return undefined;
  const ids = new Float64Array(rows);
  const without = new Float64Array(rest);
  const scales = new Float32Array(rows);
  const checks = new Float32Array(rows);
  let position = HEADER_BYTES;
  const fill = async (into: ArrayBufferView): Promise<void> => {
    const bytes = bytesOf(into);
    await file.read(bytes, 0, bytes.length, position);
    position += bytes.length;
  };
  for (const column of [ids, without, scales, checks]) await fill(column);
  if (sumOf(ids, without) !== sum) return undefined;
  const matrix = new CodeMatrix(dimensions);
  for (let from = 0; from < rows; from += MOST_TOGETHER) {
    const to = Math.min(rows, from + MOST_TOGETHER);
    const part = matrix.adopt(to - from);
    part.scales.set(scales.subarray(from, to));
    await fill(part.codes);
    if (part.checks().some((check, at) => check !== checks[from + at])) return undefined;
  }
  return { ids, without, matrix };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Tells numbers that are not what they were, or not in their order. */
function sumOf(...lists: readonly Float64Array[]): number {
  let [sum, sums] = [1, 0];
  for (const list of lists) {
    const words = new Uint32Array(list.buffer, list.byteOffset, list.length * 2);
    for (let at = 0; at < words.length; at++) {
      sum = (sum + (words[at] ?? 0)) >>> 0;
      sums = (sums + sum) >>> 0;
    }
  }
  return (sum ^ Math.imul(sums, 0x9e3779b1)) >>> 0;
}
