import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRandom } from '../../../src/core/statistics/random.js';
import { CodeMatrix } from '../../../src/core/vectors/code-matrix.js';
import { type CodedTable, readCodes, writeCodes } from '../../../src/store/resident/code-file.js';

const DIMENSIONS = 20; // no multiple of the 16 that rows are padded to
const ROWS = 1_500; // more than lie together in the smallest part

const random = createRandom(11);
const vectors = Array.from({ length: ROWS }, () => Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5));

function table(): CodedTable {
  const matrix = new CodeMatrix(DIMENSIONS);
  for (const vector of vectors) matrix.push(vector);
  const ids = Float64Array.from(vectors, (_, at) => 2 ** 33 + at * 3);
  return { ids, without: Float64Array.of(1, 2, 2 ** 40), matrix };
}

/** Each row's nearest rows. */
function neighbours({ matrix }: Pick<CodedTable, 'matrix'>): number[][] {
  const all = new Uint8Array(ROWS).fill(1);
  return vectors.slice(0, 50).map((vector) => matrix.nearest(vector, 10, all));
}

describe('the file of codes', () => {
  let folder = '';
  let path = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codes-'));
    path = join(folder, 'codes.bin');
    await writeCodes(path, DIMENSIONS, table());
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives back what was written', async () => {
    const read = await readCodes(path, DIMENSIONS);
    expect(read?.ids).toEqual(table().ids);
    expect(read?.without).toEqual(table().without);
    expect(read && neighbours(read)).toEqual(neighbours(table()));
  });

  it('takes further rows after it was read', async () => {
    const read = await readCodes(path, DIMENSIONS);
    const vector = Float32Array.from({ length: DIMENSIONS }, (_, at) => at);
    read?.matrix.push(vector);
    expect(read?.matrix.nearest(vector, 1, new Uint8Array(ROWS + 1).fill(1))).toEqual([ROWS]);
  });

  it('is for vectors of its own length', async () => {
    expect(await readCodes(path, DIMENSIONS + 1)).toBeUndefined();
    expect(await readCodes(join(folder, 'missing'), DIMENSIONS)).toBeUndefined();
  });

  it('is not taken for what was written once any byte of it is another', async () => {
    const whole = await readFile(path);
    const damaged = join(folder, 'damaged');
    // Of every column some: numbers of rows, scales, checks, codes. Padding behind a row's codes counts for nothing.
    const columns = [0, 24, 24 + ROWS * 8, 48 + ROWS * 8, 48 + ROWS * 12, 48 + ROWS * 16];
    for (const start of columns) {
      for (const offset of [0, 3, 9]) {
        const bytes = Buffer.from(whole);
        bytes[start + offset] = (bytes[start + offset] ?? 0) ^ 0x40;
        await writeFile(damaged, bytes);
        expect([start, offset, await readCodes(damaged, DIMENSIONS)]).toEqual([start, offset, undefined]);
      }
    }
  });

  it('is not taken for what was written where its end is missing, or was never written', async () => {
    const whole = await readFile(path);
    for (const size of [0, 10, 24, 5_000, whole.length - 100]) {
      const part = join(folder, 'part');
      await writeFile(part, whole);
      await truncate(part, size);
      expect(await readCodes(part, DIMENSIONS)).toBeUndefined();
      await truncate(part, whole.length);
      expect(await readCodes(part, DIMENSIONS)).toBeUndefined();
    }
  });
});
