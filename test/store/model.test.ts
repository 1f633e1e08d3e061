import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DocumentRows, KnowledgeStore } from '../../src/core/ports.js';
import type { Document } from '../../src/core/types.js';
import { keywords, sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const sources = [sampleSource('docs', '/one'), sampleSource('docs', '/two')] as const;
type Model = Map<string, DocumentRows>;

/** One step, done to the store and to a plain map alike. */
interface Step {
  run(store: KnowledgeStore, model: Model): Promise<void>;
  toString(): string;
}

const place = fc.record({ source: fc.constantFrom(...sources), number: fc.nat({ max: 7 }) });
const words = fc.array(fc.constantFrom('iron', 'steel', "it's", 'anvil', '\u65e5\u672c', '\ud83d\ude00'), {
  minLength: 1,
  maxLength: 4,
});

const put: fc.Arbitrary<Step> = fc
  .array(fc.record({ place, paragraphs: fc.array(words, { maxLength: 4 }) }), { minLength: 1, maxLength: 5 })
  .map((documents) => ({
    async run(store, model) {
      const rows = documents.map(({ place: { source, number }, paragraphs }) =>
        sampleDocument(
          source,
          `${number}.md`,
          paragraphs.map((list, index) => `needle ${index} ${list.join(' ')}`).join('\n\n'),
        ),
      );
      await store.putDocuments('docs', rows);
      for (const row of rows) model.set(row.document.id, row);
    },
    toString: () => `put ${JSON.stringify(documents)}`,
  }));

const remove: fc.Arbitrary<Step> = fc.array(place, { maxLength: 4 }).map((places) => ({
  async run(store, model) {
    const ids = [
      ...new Set(places.map(({ source, number }) => sampleDocument(source, `${number}.md`, '').document.id)),
    ];
    expect(await store.deleteDocuments('docs', ids)).toBe(ids.filter((id) => model.delete(id)).length);
  },
  toString: () => `delete ${JSON.stringify(places)}`,
}));

const patch: fc.Arbitrary<Step> = fc.record({ place, tags: words, level: fc.integer() }).map((change) => ({
  async run(store, model) {
    const { id } = sampleDocument(change.place.source, `${change.place.number}.md`, '').document;
    const known = model.get(id);
    const document: Document = {
      ...(known?.document ?? sampleDocument(change.place.source, 'new.md', 'x').document),
      tags: [...new Set(change.tags)],
      metadata: { level: change.level },
      revision: String(change.level),
    };
    await store.patchDocuments('docs', [document]);
    if (known !== undefined) model.set(id, { ...known, document });
  },
  toString: () => `patch ${JSON.stringify(change)}`,
}));

const removeSource: fc.Arbitrary<Step> = fc.constantFrom(...sources).map((source) => ({
  async run(store, model) {
    const ids = [...model.values()]
      .filter(({ document }) => document.sourceId === source.id)
      .map(({ document }) => document.id);
    expect(await store.deleteSource(source.id)).toBe(ids.length);
    await store.putSource(source);
    for (const id of ids) model.delete(id);
  },
  toString: () => `deleteSource ${source.uri}`,
}));

const maintain: fc.Arbitrary<Step> = fc.constant({
  run: (store: KnowledgeStore) => store.maintain('docs'),
  toString: () => 'maintain',
});

async function expectSame(store: KnowledgeStore, model: Model): Promise<void> {
  const rows = [...model.values()];
  const chunks = rows.flatMap((row) => row.chunks);
  const heads = rows.map(({ document: { text: _text, ...head } }) => head);
  const byId = <T extends { readonly id: string }>(list: readonly T[]) =>
    [...list].sort((first, second) => (first.id < second.id ? -1 : 1));
  const page = await store.listDocuments('docs', {}, { offset: 0, limit: 1000 });
  expect(byId(page.items)).toEqual(byId(heads));
  expect(await store.collectionStats('docs')).toMatchObject({ documents: rows.length, chunks: chunks.length });
  const hits = await store.searchKeyword('docs', keywords('needle'), 1000, {});
  expect(hits.map(({ chunk }) => chunk.id).sort()).toEqual(chunks.map(({ id }) => id).sort());
  for (const hit of hits) expect(hit.document).toEqual(heads.find(({ id }) => id === hit.chunk.documentId));
  const [some] = chunks;
  if (some !== undefined) {
    const near = await store.searchVector('docs', some.vector, 1000, {});
    expect(near.map(({ chunk }) => chunk.id).sort()).toEqual(chunks.map(({ id }) => id).sort());
    expect(near[0]?.similarity).toBeCloseTo(1, 4);
    expect(await store.listChunks('docs', some.documentId)).toHaveLength(
      rows.find(({ document }) => document.id === some.documentId)?.chunks.length ?? -1,
    );
  }
}

describe('any sequence of writes', () => {
  it('leaves what a plain map would hold', async () => {
    const step = fc.oneof(
      { arbitrary: put, weight: 5 },
      { arbitrary: patch, weight: 3 },
      remove,
      removeSource,
      maintain,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const { store, dispose } = await temporaryStore();
        try {
          await store.createCollection(sampleCollection('docs'));
          for (const source of sources) await store.putSource(source);
          const model: Model = new Map();
          for (const one of steps) {
            await one.run(store, model);
            await expectSame(store, model);
          }
          for (const finding of await store.check()) expect(finding).toMatchObject({ ok: true });
        } finally {
          await dispose();
        }
      }),
      { numRuns: 12, seed: 11 },
    );
  });
});
