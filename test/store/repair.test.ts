import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { StoreFinding } from '../../src/core/ports.js';
import { openStore } from '../../src/store/open-store.js';
import {
  keywords,
  sampleCollection,
  sampleDocument,
  sampleJob,
  sampleSource,
  sampleVector,
} from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');

async function filledStore() {
  const sample = await temporaryStore();
  await sample.store.createCollection(sampleCollection('docs'));
  await sample.store.putSource(source);
  const words = Array.from({ length: 60 }, (_, index) => `word${index} data value`);
  await sample.store.putDocuments('docs', [sampleDocument(source, 'a.md', words.join('\n\n'))]);
  await sample.store.maintain('docs');
  return sample;
}

async function tableFolder(directory: string): Promise<string> {
  const name = (await readdir(directory)).find((entry) => entry.startsWith('k_'));
  return join(directory, name ?? '');
}

const bad = (findings: readonly StoreFinding[]) => findings.filter(({ ok }) => !ok);

describe('a damaged store', () => {
  it('opens the version before a torn manifest, keeps the torn one aside and says so', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      await store.putDocuments('docs', [sampleDocument(source, 'late.md', 'late text')]);
      await store.close();
      const versions = join(await tableFolder(directory), '_versions');
      const [newest] = (await readdir(versions)).filter((file) => file.endsWith('.manifest')).sort();
      for (const size of [0, 100]) {
        await truncate(join(versions, newest ?? ''), size);
        const again = await openStore({ directory });
        expect(await again.collectionStats('docs')).toMatchObject({ documents: 1, chunks: 60 });
        expect(bad(await again.check())).toMatchObject([{ name: 'torn files', hint: expect.stringContaining('Sync') }]);
        await again.putDocuments('docs', [sampleDocument(source, 'late.md', 'late text')]);
        expect(await again.collectionStats('docs')).toMatchObject({ documents: 2, chunks: 61 });
        await again.close();
        await rm(join(directory, 'aside'), { recursive: true });
      }
    } finally {
      await dispose();
    }
  });

  it('mends a keyword index whose files are broken, on the next search and on maintenance', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      await store.close();
      for (const mend of ['search', 'maintain'] as const) {
        const indices = join(await tableFolder(directory), '_indices');
        for (const file of await readdir(indices, { recursive: true })) {
          if (/tokens|invert|docs/.test(file)) await truncate(join(indices, file), 7);
        }
        const again = await openStore({ directory });
        expect(bad(await again.check())).toMatchObject([
          { name: 'collection docs: indexes', detail: expect.stringContaining('search_text') },
        ]);
        if (mend === 'maintain') await again.maintain('docs');
        const hits = await again.searchKeyword('docs', keywords('word17'), 3, {});
        expect(hits[0]?.chunk.text).toBe('word17 data value');
        expect(bad(await again.check())).toEqual([]);
        await again.close();
      }
    } finally {
      await dispose();
    }
  });

  it('mends every other index on maintenance', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      await store.close();
      const indices = join(await tableFolder(directory), '_indices');
      for (const file of await readdir(indices, { recursive: true })) {
        if (file.endsWith('.lance')) await truncate(join(indices, file), 9);
      }
      const again = await openStore({ directory });
      await again.maintain('docs');
      expect(bad(await again.check())).toEqual([]);
      expect(await again.getDocument('docs', sampleDocument(source, 'a.md', '').document.id)).toBeDefined();
      expect(
        await again.searchVector('docs', sampleVector('word3 data value'), 1, { sourceIds: [source.id] }),
      ).toHaveLength(1);
      await again.close();
    } finally {
      await dispose();
    }
  });

  it('says what is wrong when data files are gone, and does not touch them', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      await store.close();
      await rm(join(await tableFolder(directory), 'data'), { recursive: true });
      const again = await openStore({ directory });
      await expect(again.searchVector('docs', sampleVector('x'), 3, {})).rejects.toMatchObject({
        code: 'STORE_BROKEN',
        hint: expect.any(String),
      });
      expect(bad(await again.check())).toMatchObject([
        { name: 'collection docs', ok: false, hint: expect.any(String) },
      ]);
      await again.close();
    } finally {
      await dispose();
    }
  });

  it('keeps a table with rows that no collection owns, names it, and takes it up when it is mended', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      const copy = join(directory, 'k_gone_00000000_00000000.lance');
      await cp(await tableFolder(directory), copy, { recursive: true });
      await store.recover();
      await store.maintain('docs');
      expect(bad(await store.check())).toMatchObject([{ name: 'tables without a collection' }]);
      expect(await store.listLost()).toMatchObject([{ collection: 'docs' }]);
      await store.mend({ act: true, now: '2026-01-01T00:00:00.000Z', remake: async () => undefined });
      expect((await store.listCollections()).map(({ name }) => name)).toEqual(['docs', 'docs-recovered']);
      expect(await store.collectionStats('docs-recovered')).toMatchObject({ documents: 1, chunks: 60 });
    } finally {
      await dispose();
    }
  });

  it('clears away what an interrupted removal or creation certainly left', async () => {
    const { store, directory, dispose } = await filledStore();
    try {
      const folder = await tableFolder(directory);
      const kept = join(directory, '..', `${directory.split('/').at(-1)}-kept`);
      await cp(folder, kept, { recursive: true });
      await store.createCollection(sampleCollection('empty'));
      await store.dropCollection('docs');
      expect(bad(await store.check())).toEqual([]);
      expect((await readdir(directory)).filter((name) => name.startsWith('k_'))).toHaveLength(1);
      expect(await store.listSources()).toEqual([]);
      await rm(kept, { recursive: true });
    } finally {
      await dispose();
    }
  });
});

describe('control tables', () => {
  it('do not grow with every write of a job', async () => {
    const { store, directory, dispose } = await temporaryStore({
      clock: { now: () => new Date(Date.now() + 3_600_000).toISOString(), elapsedMs: () => performance.now() },
    });
    try {
      for (let done = 0; done < 200; done++)
        await store.putJob(sampleJob('job', { progress: { stage: 'embed', done, total: 200 } }));
      const versions = await readdir(join(directory, 'jobs.lance', '_versions'));
      const data = await readdir(join(directory, 'jobs.lance', 'data'));
      expect(versions.length).toBeLessThan(60);
      expect(data.length).toBeLessThan(60);
      expect((await store.getJob('job'))?.progress.done).toBe(199);
    } finally {
      await dispose();
    }
  });
});

describe('the format file', () => {
  it('refuses a folder of a later version, and opens one whose tables alone tell the format', async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await store.close();
      const file = join(directory, 'quarry-store.json');
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ format: 1 });
      await writeFile(file, '{"format":99}');
      await expect(openStore({ directory })).rejects.toMatchObject({
        code: 'STORE_BROKEN',
        hint: expect.stringContaining('later version'),
      });
      for (const text of ['', 'nonsense', '{"format":"1"}', '[]']) {
        await writeFile(file, '{"format":1}');
        const whole = await openStore({ directory });
        if ((await whole.listCollections()).length === 0) await whole.createCollection(sampleCollection('docs'));
        await whole.close();
        await writeFile(file, text);
        const again = await openStore({ directory });
        expect((await again.listCollections()).map(({ name }) => name)).toEqual(['docs']);
        expect(bad(await again.check())).toMatchObject([{ name: 'format', hint: expect.stringContaining('--mend') }]);
        await again.close();
      }
    } finally {
      await dispose();
    }
  });

  it('is led from format to format by migrations, each once, and again after a crash in the middle', async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await store.putRecord('old', 'a', { name: 'kept' });
      await store.close();
      const applied: string[] = [];
      const step = (to: number, fails = false) => ({
        to,
        name: `000${to}-step`,
        apply: async () => {
          applied.push(`${to}`);
          if (fails) throw new RangeError('power cut');
        },
      });
      await expect(openStore({ directory, migrations: [step(1), step(2), step(3, true)] })).rejects.toThrow(RangeError);
      const migrated = await openStore({ directory, migrations: [step(1), step(2), step(3), step(4)] });
      expect(applied).toEqual(['2', '3', '3', '4']);
      expect(await migrated.getRecord('old', 'a')).toEqual({ name: 'kept' });
      await migrated.close();
      await expect(openStore({ directory })).rejects.toMatchObject({ code: 'STORE_BROKEN' });
    } finally {
      await dispose();
    }
  });
});
