import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
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

describe('readers beside a writer', () => {
  it('never fail and never see half, while documents are replaced, folded and the collection is swapped', async () => {
    const { store, directory, dispose } = await temporaryStore();
    const reader = await openStore({ directory });
    try {
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
      const version = (number: number) =>
        sampleDocument(
          source,
          'a.md',
          Array.from({ length: 1 + (number % 3) }, () => `forge version${number}`)
            .map((text, index) => `${text} part${index}`)
            .join('\n\n'),
        );
      await store.putDocuments('docs', [version(0)]);
      let isWriting = true;
      const write = async () => {
        for (let number = 1; number <= 15; number++) {
          await store.putDocuments('docs', [version(number)]);
          if (number % 3 === 0) await store.maintain('docs');
          if (number % 5 === 0) {
            await store.createCollection(sampleCollection('scratch'));
            await store.putDocuments('scratch', [version(number)]);
            await store.replaceCollection('docs', 'scratch');
          }
        }
        isWriting = false;
      };
      const read = async () => {
        while (isWriting) {
          const hits = await reader.searchKeyword('docs', keywords('forge'), 100, {});
          const versions = new Set(hits.map(({ chunk }) => chunk.text.split(' ')[1]));
          expect(versions.size).toBe(1);
          expect(hits).toHaveLength(hits[0]?.document.chunkCount ?? -1);
          expect(await reader.searchVector('docs', sampleVector('forge'), 100, {})).not.toHaveLength(0);
        }
      };
      await Promise.all([write(), read(), read()]);
      expect((await reader.searchKeyword('docs', keywords('version15'), 5, {})).length).toBeGreaterThan(0);
    } finally {
      await reader.close();
      await dispose();
    }
  });

  it('are told that a collection is gone', async () => {
    const { store, directory, dispose } = await temporaryStore();
    const reader = await openStore({ directory });
    try {
      await store.createCollection(sampleCollection('docs'));
      expect(await reader.searchKeyword('docs', keywords('x'), 1, {})).toEqual([]);
      await store.dropCollection('docs');
      await expect(reader.searchKeyword('docs', keywords('x'), 1, {})).rejects.toMatchObject({
        code: 'COLLECTION_NOT_FOUND',
      });
      await store.createCollection(sampleCollection('docs'));
      expect(await reader.searchKeyword('docs', keywords('x'), 1, {})).toEqual([]);
    } finally {
      await reader.close();
      await dispose();
    }
  });
});

describe('several processes', () => {
  it('may write records and documents at once: none is lost, none is there twice', async () => {
    const { store, directory, dispose } = await temporaryStore({ lockWaitMs: 60_000 });
    try {
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
      const script = fileURLToPath(new URL('./write-records.js', import.meta.url));
      const children = [1, 2, 3].map((number) =>
        spawn(process.execPath, [script, directory, String(number)], { stdio: ['ignore', 'ignore', 'inherit'] }),
      );
      const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]));
      expect(codes).toEqual([0, 0, 0]);
      const records = await store.listRecords('shared');
      expect(records.map(({ key }) => key)).toEqual(
        Array.from({ length: 15 }, (_, index) => `key${String(index).padStart(2, '0')}`),
      );
      expect((await store.listJobs([], { offset: 0, limit: 100 })).total).toBe(45);
      expect(await store.collectionStats('docs')).toMatchObject({ documents: 5, chunks: 5 });
    } finally {
      await dispose();
    }
  });
});

describe('what cannot be stored', () => {
  it('is refused before it spoils a list', async () => {
    const { store, dispose } = await temporaryStore();
    try {
      const job = sampleJob('job', { counts: { rate: Number.NaN } });
      await expect(store.putJob(job)).rejects.toMatchObject({ code: 'INPUT_INVALID', hint: expect.any(String) });
      expect(await store.listJobs([], { offset: 0, limit: 10 })).toEqual({ items: [], total: 0 });
    } finally {
      await dispose();
    }
  });

  it('is refused after the store has been closed', async () => {
    const { store, dispose } = await temporaryStore();
    await store.close();
    await store.close();
    await expect(store.listCollections()).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(store.putJob(sampleJob('job'))).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(store.exclusively(async () => 1)).rejects.toMatchObject({ code: 'INTERNAL' });
    await dispose();
  });
});
