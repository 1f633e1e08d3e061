import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readRecords } from '../../src/train/record-file.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

async function negativesOf(line: object): Promise<unknown> {
  const file = join(folder, 'rows.jsonl');
  await writeFile(file, `${JSON.stringify(line)}\n`);
  for await (const record of readRecords(file)) return record.negatives;
  return undefined;
}

test('rows of pairs, triplets and n-tuples are read with their negatives in order', async () => {
  const pair = { anchor: 'a', positive: 'b' };
  expect(await negativesOf(pair)).toEqual([]);
  expect(await negativesOf({ ...pair, negative: 'c' })).toEqual(['c']);
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`negative_${11 - at}`, `n${11 - at}`]));
  expect(await negativesOf({ ...pair, ...many })).toEqual(Array.from({ length: 11 }, (_, at) => `n${at + 1}`));
  await expect(negativesOf({ ...pair, negative_1: 7 })).rejects.toMatchObject({ code: 'DATASET_INVALID' });
});

async function anchorsOf(name: string, content: string | Uint8Array): Promise<string[]> {
  const file = join(folder, name);
  await writeFile(file, content);
  const anchors: string[] = [];
  for await (const record of readRecords(file)) anchors.push(...record.anchors);
  return anchors;
}

test('a byte order mark is no part of the first line', async () => {
  expect(await anchorsOf('marked.jsonl', '\uFEFF{"anchor":"a","positive":"b"}\n')).toEqual(['a']);
});

test('gzip that is cut off, and a plain file that is named so, are refused with a reason', async () => {
  const packed = gzipSync('{"anchor":"a","positive":"b"}\n'.repeat(100));
  expect(await anchorsOf('whole.jsonl.gz', packed)).toHaveLength(100);
  for (const broken of [packed.subarray(0, packed.length / 2), Buffer.from('{"anchor":"a","positive":"b"}')]) {
    await expect(anchorsOf('broken.jsonl.gz', broken)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  }
});
