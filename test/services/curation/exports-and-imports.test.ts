import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Job, JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { jsonLines } from '../../support/benchmark.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let root: string;
let quarry: Quarry;

async function run(name: string, input: JsonObject): Promise<Job> {
  const { output } = await quarry.execute(name as 'dataset_import', input as never); // Any job of this room.
  return finishJob(quarry, (output as JsonObject)['jobId']);
}

async function importText(name: string, file: string, content: string | Uint8Array): Promise<Job> {
  await writeFile(join(root, file), content);
  return run('dataset_import', { name, path: join(root, file) });
}

async function linesOf(...path: string[]): Promise<JsonObject[]> {
  const lines = (await readFile(join(root, ...path), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JsonObject); // Exports hold one object per line.
}

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

describe('imports', () => {
  test('read a JSON array, and tell entries that are no examples by their number', async () => {
    const entries = [{ instruction: 'Add 1 and 1.', output: '2' }, 7, { instruction: 'Add 2 and 2.', output: '4' }];
    const job = await importText('array', 'array.json', JSON.stringify(entries, null, 1));
    expect(job).toMatchObject({ error: null, result: { read: 2, broken: 1 } });
    expect(job.issues[0]?.uri).toMatch(/array\.json:2$/);
  });

  test('tell rows of a table with too few or too many fields by their line, and take the others', async () => {
    const job = await importText('ragged', 'ragged.csv', 'question,answer\nq1,a1\nq2\nq3,"a\n3"\nq4,a4,more\n');
    expect(job).toMatchObject({ error: null, result: { read: 2, broken: 2 } });
    expect(job.issues.map(({ uri }) => uri.split(/[\\/]/).at(-1))).toEqual(['ragged.csv:3', 'ragged.csv:6']);
  });

  test('read the tables and judgments of a TREC folder', async () => {
    const folder = join(root, 'trec');
    await mkdir(folder);
    await writeFile(join(folder, 'collection.tsv'), 'd1\tThe moon pulls.\nd2\tBoats\tfloat.\n');
    await writeFile(join(folder, 'topics.tsv'), '1\twhy tides\n2\twhy boats\n');
    const request = { name: 'trec', path: folder, format: 'trec' };
    expect(await run('dataset_import', request)).toMatchObject({ error: { code: 'DATASET_INVALID' } });
    await writeFile(join(folder, 'qrels.txt'), '1 0 d1 4\n2 0 d2 1\n2 0 d1 -1\n2 0 d9 1\n');
    expect(await run('dataset_import', request)).toMatchObject({ error: null, result: { read: 3, broken: 1 } });
    const { output } = await quarry.execute('dataset_show', { name: 'trec', split: 'test' });
    const fields = output.examples.map((example) => example.fields as JsonObject); // Fields are strings and numbers.
    expect(fields.map(({ grade }) => grade)).toEqual([3, 1, 0]);
    const asBeir = await run('dataset_import', { ...request, format: 'beir' });
    expect(asBeir.error).toMatchObject({ code: 'PATH_NOT_FOUND', hint: expect.stringContaining('format trec') });
  });

  test.each([
    ['latin1.jsonl', Buffer.from('{"anchor":"caf\u00e9","positive":"cr\u00e8me"}\n', 'latin1'), 'UTF-8'],
    ['utf16.csv', Buffer.from('\uFEFFanchor,positive\na,b\n', 'utf16le'), 'UTF-8'],
    ['semicolons.csv', 'question;answer\nWhat?;That.\n', 'commas'],
  ])('refuse %s in words that help, and write nothing', async (file, content, word) => {
    const job = await importText('refused', file, content);
    expect(job.error?.code).toBe('DATASET_INVALID');
    expect(`${job.error?.message} ${job.error?.hint}`).toContain(word);
    await expect(quarry.execute('dataset_show', { name: 'refused' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });
});

describe('exports', () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 30 }, (_, at) => {
      const negatives = Array.from({ length: at % 4 }, (__, no) => `wrong answer ${no} to question ${at}`);
      return { anchor: `question ${at} of thirty`, positive: `right answer to question ${at}`, negatives };
    });
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    expect(await importText('made', 'made.jsonl', lines)).toMatchObject({ error: null });
    expect(await run('dataset_split', { name: 'made', train: 0.5, validation: 0.2, test: 0.3 })).toMatchObject({
      error: null,
    });
  });

  test('files and commits of one repository are addresses of their own, places on one page are not', async () => {
    const urls = ['commit/aaaa', 'commit/bbbb', 'main:a.md', 'main:b.md'].map((place) => `file:///srv/x.git#${place}`);
    const pages = ['page#a', 'page/', 'page/index.html', 'page?utm_source=letter', 'page?v=2'].map(
      (page, at) => `${at % 2 === 0 ? 'https://x.org:443' : 'http://www.X.org'}/${page}`,
    );
    const words = ['harbour', 'violin', 'sourdough', 'glacier', 'beehive', 'printing', 'kite', 'orchard', 'compass'];
    const rows = [...urls, ...pages].map((url, at) => ({
      anchor: `about the ${words[at]} and its care`,
      positive: `Every ${words[at]} needs care of its own kind.`,
      url,
    }));
    await importText('addresses', 'addresses.jsonl', jsonLines(rows));
    expect((await run('dataset_split', { name: 'addresses' })).result).toMatchObject({
      links: { 'same-uri': 3 },
      components: 6,
    });
  });

  test('provenance names the rows of each example, and none that gave no row', async () => {
    await run('dataset_export', { name: 'made', path: join(root, 'triplets'), format: 'triplet' });
    const provenance = await linesOf('triplets', 'provenance.jsonl');
    expect(provenance).toHaveLength(22);
    let rows = 0;
    for (const { file, row, rows: count, id } of provenance) {
      const data = await linesOf('triplets', String(file));
      const own = data.slice(Number(row) - 1, Number(row) - 1 + Number(count));
      expect({ id, anchors: new Set(own.map((line) => line['anchor'])).size }).toEqual({ id, anchors: 1 });
      rows += own.length;
    }
    expect(rows).toBe(7 * (1 + 2 + 3) + 1);
    // The card speaks of what is in the export, not of what did not fit.
    expect(await readFile(join(root, 'triplets', 'README.md'), 'utf8')).toContain('from 22 examples');
  });

  test('an export of nothing says what was left out, and makes no folder', async () => {
    await importText('pending', 'pending.jsonl', '{"anchor":"one question","positive":"one answer"}\n');
    const request = { name: 'pending', path: join(root, 'pending'), format: 'pair' };
    const unsplit = await run('dataset_export', { ...request, splits: ['test'] });
    expect(unsplit.error).toMatchObject({ code: 'DATASET_INVALID', message: expect.stringContaining('in test') });
    await quarry.execute('dataset_edit', { name: 'pending', split: 'none', review: 'rejected' });
    const rejected = await run('dataset_export', { ...request, preview: true });
    expect(rejected.error?.message).toContain('rejected: 1');
    await expect(readFile(join(root, 'pending', 'README.md'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('provenance of a BEIR export names query and document', async () => {
    await run('dataset_export', { name: 'made', path: join(root, 'beir'), format: 'beir' });
    for (const { file, query, document } of await linesOf('beir', 'provenance.jsonl')) {
      expect(await readFile(join(root, 'beir', String(file)), 'utf8')).toContain(`${query}\t${document}\t1\n`);
    }
  });

  test('a manifest makes the same export again, also when the dataset has moved on', async () => {
    const request = { name: 'made', format: 'n-tuple', negatives: 2, splits: ['train', 'test'], sensitive: 'drop' };
    await run('dataset_export', { ...request, path: join(root, 'first') });
    await importText('made', 'more.jsonl', '{"anchor":"one more question","positive":"one more answer"}\n');
    const manifest = join(root, 'first', 'manifest.json');
    const job = await run('dataset_export', { name: 'made', path: join(root, 'second'), manifest });
    expect(job).toMatchObject({ error: null, result: { rebuilt: true, differing: [] } });
    for (const file of ['SHA256SUMS', 'manifest.json', 'README.md', 'data/train.jsonl']) {
      expect(await readFile(join(root, 'second', file))).toEqual(await readFile(join(root, 'first', file)));
    }
  });

  test('a manifest whose data does not come out the same is refused, and nothing is left', async () => {
    const manifest = await readFile(join(root, 'first', 'manifest.json'), 'utf8');
    const [train = ''] = /(?<="path": "data\/train\.jsonl",\s+"sha256": ")[0-9a-f]+/.exec(manifest) ?? [];
    await writeFile(join(root, 'tampered.json'), manifest.replace(train, 'f'.repeat(64)));
    const path = join(root, 'third');
    const job = await run('dataset_export', { name: 'made', path, manifest: join(root, 'tampered.json') });
    expect(job.error).toMatchObject({ code: 'DATASET_INVALID', message: expect.stringContaining('data/train.jsonl') });
    await expect(readFile(join(path, 'manifest.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    const other = { name: 'array', path, manifest: join(root, 'tampered.json') };
    await expect(quarry.execute('dataset_export', other)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const none = { name: 'made', path, manifest: join(root, 'made.jsonl') };
    await expect(quarry.execute('dataset_export', none)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  });
});
