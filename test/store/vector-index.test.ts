import { describe, expect, it } from '@jest/globals';
import { sampleCollection, sampleDocument, sampleSource, sampleVector } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');

async function grow(vectorPolicy: { exactChunks: number; minRecall?: number }) {
  const sample = await temporaryStore({ vectorPolicy });
  await sample.store.createCollection(sampleCollection('docs'));
  await sample.store.putSource(source);
  const paragraphs = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => `topic${(from + index) % 97} word${from + index}`);
  const add = (from: number, count: number) =>
    sample.store.putDocuments('docs', [
      sampleDocument(source, `${from}.md`, paragraphs(from, count).join('\n\n'), {
        category: from === 0 ? 'first' : 'later',
      }),
    ]);
  return { ...sample, add };
}

describe('the vector index', () => {
  it('is built above the limit, measured, used, and dropped when the collection shrinks', async () => {
    const { store, add, dispose } = await grow({ exactChunks: 500 });
    try {
      await add(0, 400);
      await store.maintain('docs');
      expect(await store.collectionStats('docs')).toMatchObject({ vectorIndex: 'exact', vectorRecall: 1 });
      const query = sampleVector('topic5 word5');
      const exact = await store.searchVector('docs', query, 10, {});
      await add(10_000, 800);
      await store.maintain('docs');
      const stats = await store.collectionStats('docs');
      expect(stats.vectorIndex).toBe('ivf_rq');
      expect(stats.vectorRecall).toBeGreaterThan(0.99);
      const [best] = await store.searchVector('docs', query, 10, {});
      expect(best?.chunk.id).toBe(exact[0]?.chunk.id);
      const narrow = await store.searchVector('docs', query, 10, { categories: ['first'] });
      expect(narrow.map(({ chunk }) => chunk.id)).toEqual(exact.map(({ chunk }) => chunk.id));
      await store.deleteDocuments('docs', [
        sampleDocument(source, '10000.md', '').document.id,
        sampleDocument(source, '0.md', '').document.id,
      ]);
      await store.maintain('docs');
      expect(await store.collectionStats('docs')).toMatchObject({ chunks: 0, vectorIndex: 'exact' });
    } finally {
      await dispose();
    }
  });

  it('is not used when its recall is too low', async () => {
    const { store, add, dispose } = await grow({ exactChunks: 300, minRecall: 1.1 });
    try {
      await add(0, 600);
      await store.maintain('docs');
      expect(await store.collectionStats('docs')).toMatchObject({ vectorIndex: 'exact', vectorRecall: 1 });
      const hits = await store.searchVector('docs', sampleVector('topic5 word5'), 1, {});
      expect(hits[0]?.similarity).toBeCloseTo(1, 5);
    } finally {
      await dispose();
    }
  });

  it('keeps finding new rows while it grows by many small folds', async () => {
    const { store, add, dispose } = await grow({ exactChunks: 300 });
    try {
      await add(0, 600);
      for (let round = 1; round <= 12; round++) {
        await add(round * 10_000, 10);
        await store.maintain('docs');
        const wanted = `topic${(round * 10_000) % 97} word${round * 10_000}`;
        const hits = await store.searchVector('docs', sampleVector(wanted), 3, {});
        expect(hits[0]?.chunk.text).toBe(wanted);
      }
      expect(await store.collectionStats('docs')).toMatchObject({ vectorIndex: 'ivf_rq' });
    } finally {
      await dispose();
    }
  }, 120_000);
});
