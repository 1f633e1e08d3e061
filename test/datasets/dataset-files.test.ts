import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { CsvReader } from '../../src/core/curation/formats/csv.js';
import { createDatasetFiles } from '../../src/datasets/dataset-files.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const files = createDatasetFiles();
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const quoteAll = (rows: readonly (readonly string[])[], delimiter: string, end: string): string =>
  rows.map((row) => row.map(quote).join(delimiter) + end).join('');

function readCsv(text: string, pieces: number, delimiter: ',' | '\t' = ','): unknown[] {
  const reader = new CsvReader(delimiter);
  const size = Math.max(1, Math.ceil(text.length / pieces));
  const records = [];
  for (let at = 0; at < text.length; at += size) records.push(...reader.push(text.slice(at, at + size)));
  return [...records, ...reader.end()].map((record) => record.value);
}

describe('CsvReader', () => {
  test('gives back any table, however it is cut into pieces', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\t', ' ', '\u00e9'), maxLength: 8 });
    const table = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n'), (rows, pieces, end) => {
        const text = quoteAll([['x', 'y', 'z'], ...rows], ',', end);
        expect(readCsv(text, pieces)).toEqual(rows.map(([x, y, z]) => ({ x, y, z })));
      }),
      { seed: 1 },
    );
  });

  test('reads bare fields, passes over empty lines, and names the line of a fault', () => {
    expect(readCsv('a,b\n1,2\n\n3,"4"\n5,', 1)).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
      { a: '5', b: '' },
    ]);
    expect(readCsv('a\tb\n1\tx,y\n', 2, '\t')).toEqual([{ a: '1', b: 'x,y' }]);
    const ragged = [...new CsvReader(',').push('a,b\n1,2\n3\n4,5,6\n7,8\n')];
    expect(ragged.map(({ line, problem }) => [line, problem?.slice(0, 30)])).toEqual([
      [2, undefined],
      [3, 'it has 1 fields, the header 2:'],
      [4, 'it has 3 fields, the header 2:'],
      [5, undefined],
    ]);
    expect(() => readCsv('a,b\n1,"2\n3,4\n', 1)).toThrow(/Line 2: a quoted field is never closed/);
  });
});

describe('reading', () => {
  test('lines come with or without gzip, byte order mark and carriage returns', async () => {
    const text = '\uFEFFone\r\ntwo\nthr\u00e9e';
    await writeFile(join(folder, 'plain.txt'), text);
    await writeFile(join(folder, 'packed.txt.gz'), gzipSync(text));
    for (const name of ['plain.txt', 'packed.txt.gz']) {
      const lines = [];
      for await (const line of files.readLines(join(folder, name))) lines.push(line);
      expect(lines).toEqual(['one', 'two', 'thr\u00e9e']);
    }
  });

  test('a torn gzip file and a missing file are told apart', async () => {
    await writeFile(join(folder, 'torn.gz'), gzipSync('x'.repeat(10_000)).subarray(0, 30));
    const readAll = async (name: string): Promise<void> => {
      for await (const _ of files.readLines(join(folder, name)));
    };
    await expect(readAll('torn.gz')).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    await expect(readAll('none.txt')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });
});

describe('exports', () => {
  test('appear whole, replace only earlier exports, and never a folder of somebody else', async () => {
    const target = join(folder, 'export');
    const write = async (content: string, overwrite: boolean): Promise<void> => {
      const writer = await files.openExport(target, overwrite);
      await writer.writeText('data/a.jsonl', [content], 1);
      await writer.writeText('manifest.json', ['{"quarryExport":1}'], 0);
      expect(await files.kindOf(join(target, 'data', 'b'))).toBe('absent');
      await writer.publish();
    };
    await write('first', false);
    await expect(write('second', false)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await write('third', true);
    expect(await readFile(join(target, 'data', 'a.jsonl'), 'utf8')).toBe('third');
    await mkdir(join(folder, 'theirs'));
    await writeFile(join(folder, 'theirs', 'manifest.json'), '{"name":"web app"}');
    await expect(files.openExport(join(folder, 'theirs'), true)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await readFile(join(folder, 'theirs', 'manifest.json'), 'utf8')).toBe('{"name":"web app"}');
  });

  test('make the folders above them, and say where none can be made', async () => {
    const writer = await files.openExport(join(folder, 'deep', 'er', 'export'), false);
    await writer.discard();
    expect(await files.kindOf(join(folder, 'deep', 'er'))).toBe('folder');
    await writeFile(join(folder, 'file'), '');
    await expect(files.openExport(join(folder, 'file', 'under', 'it'), false)).rejects.toMatchObject({
      code: 'PATH_UNREADABLE',
    });
    // Nothing can be made there, and asking again and again would not end.
    if (process.platform !== 'linux') return;
    await expect(files.openExport('/proc/no/such', false)).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  });

  test('checksums are those of the bytes on disk', async () => {
    const writer = await files.openExport(join(folder, 'sums'), false);
    const file = await writer.writeText('x.txt', ['a', 'b\n'], 1);
    await writer.discard();
    expect(file).toEqual({
      path: 'x.txt',
      sha256: 'a63d8014dba891345b30174df2b2a57efbb65b4f9f09b98f245d1b3192277ece',
      bytes: 3,
      rows: 1,
    });
    expect(await files.kindOf(join(folder, 'sums'))).toBe('absent');
  });

  test('Parquet files are read back by another reader, nulls, numbers and any text alike', async () => {
    const columns = [
      { name: 'text', type: 'string' },
      { name: 'score', type: 'double' },
      { name: 'grade', type: 'int32' },
      { name: 'note', type: 'string' },
    ] as const;
    const rows = Array.from({ length: 25_000 }, (_, at) => ({
      text: at % 7 === 0 ? `l\u00ednea ${at} \u{1F33F}\n"x"` : `row ${at}`,
      score: at / 3,
      grade: at % 4,
      note: at % 2 === 0 ? null : 'odd',
    }));
    const writer = await files.openExport(join(folder, 'table'), false);
    const table = await writer.openTable('data/train.parquet', columns);
    for (const row of rows) await table.write(row);
    expect(await table.close()).toMatchObject({ path: 'data/train.parquet', rows: rows.length });
    await writer.publish();
    const bytes = await readFile(join(folder, 'table', 'data', 'train.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer; // A fresh copy.
    const read = await parquetReadObjects({ file });
    expect(read).toHaveLength(rows.length);
    for (const at of [0, 1, 9_999, 10_000, 24_999]) expect(read[at]).toEqual(rows[at]);
  });
});
