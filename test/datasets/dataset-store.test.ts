import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Example } from '../../src/core/curation/example.js';
import type { DatasetCommit, DatasetStore, DatasetVersion } from '../../src/core/curation/ports.js';
import { createDatasetStore } from '../../src/datasets/dataset-store.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';
import { makePair, makePairs } from './sample-examples.js';

let directory: string;
let store: DatasetStore;

beforeAll(async () => {
  directory = await temporaryFolder();
  store = createDatasetStore({ directory });
});
afterAll(() => removeFolder(directory));

const change = (parent: number, more: Partial<DatasetCommit> = {}): DatasetCommit => ({
  parent,
  createdAt: '2026-01-01T00:00:00.000Z',
  message: `after ${parent}`,
  about: { description: 'for tests', licence: 'MIT', languages: ['en'], tags: [] },
  notes: {},
  ...more,
});

async function readAll(version: DatasetVersion): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const example of store.read(version)) examples.push(example);
  return examples;
}

describe('versions', () => {
  test('keep every example in order, and every older version as it was', async () => {
    const pairs = makePairs(12_000);
    const first = await store.commit('ordered', change(0, { append: pairs }));
    const second = await store.commit(
      'ordered',
      change(1, {
        transform: (example) => (example.id === pairs[5]?.id ? undefined : example),
        append: [makePair(99_999)],
      }),
    );
    expect(first.segments).toHaveLength(3);
    expect(second.rows).toBe(12_000);
    expect(await readAll(first)).toEqual(pairs);
    expect((await readAll(second)).map((example) => example.id)).toEqual(
      [...pairs.filter((_, at) => at !== 5), makePair(99_999)].map((example) => example.id),
    );
    // A segment that the change did not touch is shared by both versions.
    expect(second.segments[1]).toEqual(first.segments[1]);
    expect((await store.history('ordered')).map((version) => version.version)).toEqual([2, 1]);
  });

  test('restore an older version as a new one without rewriting anything', async () => {
    const old = await store.get('ordered', 1);
    const restored = await store.commit('ordered', change(2, { segments: old?.segments ?? [] }));
    expect(restored.version).toBe(3);
    expect(restored.segments).toEqual(old?.segments);
    expect(await readAll(restored)).toEqual(makePairs(12_000));
  });

  test('of many writers on one parent exactly one succeeds', async () => {
    await store.commit('raced', change(0));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => store.commit('raced', change(1, { append: [makePair(at)] }))),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ALREADY_EXISTS' });
    }
    expect((await store.get('raced'))?.rows).toBe(1);
  });

  test('a damaged segment is an error that names the file, not a shorter dataset', async () => {
    const version = await store.commit('damaged', change(0, { append: makePairs(10) }));
    const folder = join(directory, 'damaged', 'segments');
    const [name = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    await writeFile(join(folder, name), bytes.subarray(0, bytes.length - 20));
    await expect(readAll(version)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(name),
    });
  });

  test('a damaged segment is written anew by whoever commits the same content', async () => {
    const pairs = makePairs(10);
    const version = await store.commit('healed', change(0, { append: pairs }));
    const path = join(directory, 'healed', 'segments', `${version.segments[0]?.sha256}.jsonl.gz`);
    await writeFile(path, 'torn');
    const again = await store.commit('healed', change(1, { segments: [], append: pairs }));
    expect(await readAll(again)).toEqual(pairs);
    expect(await readAll(version)).toEqual(pairs);
    await store.delete('healed');
  });

  test.each(['{"name":', '{"name":"torn"}', ''])(
    'a version file that holds %j hides no other dataset',
    async (text) => {
      await store.commit('torn', change(0, { append: makePairs(2) }));
      await writeFile(join(directory, 'torn', 'versions', '000000001.json'), text);
      await writeFile(join(directory, 'stray'), 'a file of somebody else');
      const { datasets, damaged } = await store.list();
      expect(datasets.map(({ name }) => name)).toEqual(['damaged', 'ordered', 'raced']);
      const problem = expect.stringContaining('000000001.json');
      expect(damaged).toEqual([{ name: 'torn', problem, hint: expect.stringContaining('backup') }]);
      await rm(join(directory, 'torn'), { recursive: true });
      await rm(join(directory, 'stray'));
    },
  );

  test.each(['../outside', 'a/b', '', '.', 'x'.repeat(65), '-x'])('a name like %j is refused', async (name) => {
    await expect(store.commit(name, change(0))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('deleting removes the dataset with its versions and ledgers', async () => {
    await store.commit('gone', change(0, { append: makePairs(3) }));
    await store.appendLedger('gone', 'log', { sequence: 1, value: null });
    expect(await store.delete('gone')).toBe(true);
    expect(await store.delete('gone')).toBe(false);
    expect(await store.get('gone')).toBeUndefined();
    expect(await store.ledgers('gone')).toEqual([]);
    expect((await store.list()).datasets.map((version) => version.name)).toEqual(['damaged', 'ordered', 'raced']);
  });
});

describe('ledgers', () => {
  test('give each number to exactly one of many writers, and read on from anywhere', async () => {
    await store.commit('ledgered', change(0));
    const tries = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        store.appendLedger('ledgered', 'log', { sequence: 1, value: { writer: at } }),
      ),
    );
    expect(tries.filter(Boolean)).toHaveLength(1);
    for (const sequence of [2, 3]) await store.appendLedger('ledgered', 'log', { sequence, value: { sequence } });
    expect((await store.readLedger('ledgered', 'log', 1)).map((entry) => entry.sequence)).toEqual([2, 3]);
    expect(await store.ledgers('ledgered')).toEqual(['log']);
  });
});

test('a killed process loses nothing that it had acknowledged and leaves nothing half written', async () => {
  const child = fileURLToPath(new URL('./commit-loop.child.js', import.meta.url));
  for (let round = 0; round < 6; round++) {
    const writer = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    writer.stdout.on('data', (part) => {
      said += String(part);
      // Killed at another point of the loop each round: after so many lines, while the next write is under way.
      if (said.split('\n').length > 3 + round * 2) writer.kill('SIGKILL');
    });
    await once(writer, 'exit');
    const told = said
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '));
    const again = createDatasetStore({ directory });
    for (const [kind, number, rows] of told) {
      if (kind !== 'version') continue;
      const version = await again.get('killed', Number(number));
      expect(version?.rows).toBe(Number(rows));
      const tags = new Set<string>();
      for await (const example of again.read(version as DatasetVersion)) for (const tag of example.tags) tags.add(tag); // Just found.
      expect(tags.size).toBeLessThanOrEqual(1);
    }
    const entries = await again.readLedger('killed', 'log', 0);
    const last = told.filter(([kind]) => kind === 'entry').at(-1)?.[1];
    expect(entries.length).toBeGreaterThanOrEqual(Number(last ?? 0));
    expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, at) => at + 1));
  }
});
