import { describe, expect, it } from '@jest/globals';
import type { DocumentRows } from '../../src/core/ports.js';
import type { SearchFilter } from '../../src/core/types.js';
import { sampleCollection, sampleDocument, sampleSource, sampleVector } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');

/** A policy by which more rows than these need an index. */
function indexAbove(rows: number, minRecall = 0.99, dimensions = sampleVector('any').length) {
  return { residentBytes: rows * (dimensions + 24), minRecall };
}

async function grow(vectorPolicy: { residentBytes: number; minRecall: number }) {
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

/** A unit vector near one of twenty centres. */
function clusteredVector(text: string, cluster: number, dimensions: number): Float32Array {
  const centre = sampleVector(`centre ${cluster % 20}`, dimensions);
  const own = sampleVector(`own ${text}`, dimensions);
  const vector = centre.map((value, index) => value + 0.6 * (own[index] ?? 0));
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function clusteredDocument(number: number, salt: string, dimensions: number): DocumentRows {
  const paragraphs = Array.from({ length: 10 }, (_, index) => `paragraph ${number} ${index} ${salt}`);
  const rows = sampleDocument(source, `${number}.md`, paragraphs.join('\n\n'), {
    category: number % 2 === 0 ? 'even' : 'odd',
    tags: [`t${number % 10}`],
  });
  const chunks = rows.chunks.map((chunk, index) => ({
    ...chunk,
    vector: clusteredVector(chunk.text, number + index * 7, dimensions),
  }));
  return { ...rows, chunks };
}

/** Similarity of the `count`-th nearest chunk among the documents that the filter admits, by plain arithmetic. */
function nearest(
  held: ReadonlyMap<string, DocumentRows>,
  query: Float32Array,
  filter: SearchFilter,
  count: number,
): number {
  const similarities: number[] = [];
  for (const { document, chunks } of held.values()) {
    const isAdmitted =
      (filter.categories ?? [document.category]).includes(document.category) &&
      (filter.tags ?? []).every((tag) => document.tags.includes(tag));
    if (!isAdmitted) continue;
    for (const { vector } of chunks)
      similarities.push(vector.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0));
  }
  return similarities.sort((first, second) => second - first)[count - 1] ?? -1;
}

describe('the vector index', () => {
  it('is built above the limit, measured, used, and dropped when the collection shrinks', async () => {
    const { store, add, dispose } = await grow(indexAbove(500));
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
    const { store, add, dispose } = await grow(indexAbove(300, 1.1));
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

  it('finds the true neighbours after additions, deletions, replacements, and under filters', async () => {
    const dimensions = 64;
    const { store, dispose } = await temporaryStore({ vectorPolicy: indexAbove(500, 0.95, dimensions) });
    try {
      const { fingerprint } = sampleCollection('docs');
      await store.createCollection(sampleCollection('docs', { fingerprint: { ...fingerprint, dimensions } }));
      await store.putSource(source);
      const held = new Map<string, DocumentRows>();
      const put = async (from: number, to: number, salt: string) => {
        const rows = Array.from({ length: to - from }, (_, index) => clusteredDocument(from + index, salt, dimensions));
        await store.putDocuments('docs', rows);
        for (const row of rows) held.set(row.document.id, row);
      };
      const queries = Array.from({ length: 8 }, (_, index) => clusteredVector(`query ${index}`, index, dimensions));
      const expectTrue = async (vectorIndex: string) => {
        expect((await store.collectionStats('docs')).vectorIndex).toBe(vectorIndex);
        for (const filter of [{}, { categories: ['even', 'odd'] }, { categories: ['even'] }, { tags: ['t3'] }]) {
          let found = 0;
          for (const query of queries) {
            const truth = nearest(held, query, filter, 10);
            const hits = await store.searchVector('docs', query, 10, filter);
            expect(hits).toHaveLength(10);
            found += hits.filter(({ similarity }) => (similarity ?? -1) >= truth - 1e-5).length;
          }
          expect([filter, found / 80 > 0.9]).toEqual([filter, true]);
        }
      };
      await put(0, 120, 'first');
      await store.maintain('docs');
      await expectTrue('ivf_rq');
      await put(120, 122, 'later');
      await expectTrue('ivf_rq');
      await store.maintain('docs');
      await expectTrue('ivf_rq');
      await put(3, 4, 'second');
      await expectTrue('ivf_rq');
      await store.maintain('docs');
      await expectTrue('ivf_rq');
      const gone = [...held.keys()].slice(7, 9);
      await store.deleteDocuments('docs', gone);
      for (const id of gone) held.delete(id);
      await expectTrue('ivf_rq');
      await store.maintain('docs');
      await expectTrue('ivf_rq');
    } finally {
      await dispose();
    }
  });

  it('keeps finding new rows while it grows by many small folds', async () => {
    const { store, add, dispose } = await grow(indexAbove(300));
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
  });
});
