import { describe, expect, it } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/core/ports.js';
import { createRandom, type Random } from '../../../src/core/statistics/random.js';
import { nameQueryOf } from '../../../src/core/text/names.js';
import type { SearchFilter } from '../../../src/core/types.js';
import { openStore, type StoreOptions } from '../../../src/store/open-store.js';
import { keywords, sampleCollection, sampleDocument, sampleSource } from '../../contract/knowledge-samples.js';
import { temporaryStore } from '../temporary-store.js';

const source = sampleSource('docs');

/** Ten chunks, each with words that many have, few have, and none else has. */
function document(number: number, word = '') {
  const paragraphs = Array.from(
    { length: 10 },
    (_, at) => `shared group${(number + at) % 7} own${number} ${'filler '.repeat(at)}${word}`,
  );
  return sampleDocument(source, `folder/file${number}.md`, paragraphs.join('\n\n'), { tags: [`t${number % 3}`] });
}

/** Paragraphs of words of which the first are the most common. */
function unevenDocument(number: number, random: Random) {
  const word = () => `q${'abcdefgh'[Math.floor(8 * random() ** 2)]}tl`;
  const paragraphs = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
    Array.from({ length: 3 + Math.floor(random() * 12) }, word).join(' '),
  );
  return sampleDocument(source, `file${number}.md`, paragraphs.join('\n\n'));
}

const QUERIES = ['shared group3', 'own61', 'group1 own62 own5', 'fresh', 'shared fresh', 'nothing'];
const FILTERS: readonly SearchFilter[] = [{}, { tags: ['t2'] }];

/** What every query finds, by score and chunk, under every filter. */
async function found(store: KnowledgeStore) {
  const all = [];
  for (const filter of FILTERS) {
    for (const query of QUERIES) {
      const hits = await store.searchKeyword('docs', keywords(query), 1000, filter);
      all.push([query, filter, hits.map(({ chunk }) => chunk.id).sort()]);
    }
  }
  return all;
}

async function grown(options: Partial<StoreOptions> = {}) {
  const sample = await temporaryStore(options);
  const { store } = sample;
  await store.createCollection(sampleCollection('docs'));
  await store.putSource(source);
  await store.putDocuments(
    'docs',
    Array.from({ length: 60 }, (_, number) => document(number)),
  );
  await store.maintain('docs');
  return sample;
}

/** Without memory for whole tables only waiting rows are kept. */
const WAYS: readonly [string, Partial<StoreOptions>][] = [
  ['kept beside the index', { vectorPolicy: { residentBytes: 0, minRecall: 0.99 } }],
  ['kept with all others', {}],
];

describe.each(WAYS)('rows that wait for the keyword index, %s', (_, options) => {
  it('are found as they are found once the index covers them', async () => {
    const { store, dispose } = await grown(options);
    try {
      await store.putDocuments('docs', [document(5, 'fresh'), document(61), document(62, 'fresh')]);
      await store.deleteDocuments('docs', [document(7).document.id]);
      expect((await store.collectionStats('docs')).unindexedRows).toBeGreaterThan(0);
      const waiting = await found(store);
      for (let number = 100; number < 160; number++) await store.putDocuments('docs', [document(number, 'other')]);
      const others = Array.from({ length: 60 }, (_, at) => document(at + 100).document.id);
      await store.deleteDocuments('docs', others);
      await store.maintain('docs');
      expect((await store.collectionStats('docs')).unindexedRows).toBe(0);
      expect(await found(store)).toEqual(waiting);
    } finally {
      await dispose();
    }
  });

  it('rank among the others by the same weights', async () => {
    const { store, dispose } = await grown(options);
    try {
      // A copy of a document has, chunk by chunk, the scores of its original.
      const copy = document(9);
      const text = copy.document.text;
      await store.putDocuments('docs', [sampleDocument(source, 'copy.md', text, { title: copy.document.title })]);
      const hits = await store.searchKeyword('docs', keywords('shared group3 own9'), 1000, {});
      const scoresOf = (uri: string) => hits.filter((hit) => hit.document.uri === uri).map((hit) => hit.bm25 ?? 0);
      const [waiting, indexed] = [scoresOf('copy.md'), scoresOf('folder/file9.md')];
      expect(waiting).toHaveLength(10);
      for (const [at, score] of waiting.entries()) expect(score / (indexed[at] ?? 0)).toBeCloseTo(1, 4);
    } finally {
      await dispose();
    }
  });

  it('obey quotes and minus, and are found by their names', async () => {
    const { store, dispose } = await grown(options);
    try {
      await store.putDocuments('docs', [document(61, 'fresh'), document(62, 'fresh stale')]);
      const terms = keywords('fresh shared').terms;
      const uris = async (query: object) => {
        const hits = await store.searchKeyword('docs', { terms, ...query }, 1000, {});
        return [...new Set(hits.map((hit) => hit.document.uri))].sort();
      };
      expect(await uris({ required: keywords('fresh').terms })).toEqual(['folder/file61.md', 'folder/file62.md']);
      expect(await uris({ required: keywords('fresh').terms, excluded: keywords('stale').terms })).toEqual([
        'folder/file61.md',
      ]);
      const named = await store.searchNames('docs', nameQueryOf('file62.md'), 5, {});
      expect(named.map(({ candidate }) => candidate.document.uri)).toContain('folder/file62.md');
      expect(await store.searchNames('docs', nameQueryOf('file62.md'), 5, { tags: ['t0'] })).toEqual([]);
    } finally {
      await dispose();
    }
  });
});

describe('a table that is kept by its terms', () => {
  it('finds every chunk with a word before any index covers it, also in a store that searches for the first time', async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
      const random = createRandom(1);
      const chunks = [];
      for (let put = 0; put < 3; put++) {
        const documents = Array.from({ length: 3 }, (_, at) => unevenDocument(put * 3 + at, random));
        await store.putDocuments('docs', documents);
        chunks.push(...documents.flatMap((rows) => rows.chunks));
        for (const word of ['qatl', 'qbtl', 'qhtl']) {
          const fresh = await openStore({ directory });
          const hits = await fresh.searchKeyword('docs', keywords(word), 1000, {});
          await fresh.close();
          const holding = chunks.filter(({ text }) => text.split(/\s+/).includes(word));
          expect(hits.map(({ chunk }) => chunk.id).sort()).toEqual(holding.map(({ id }) => id).sort());
        }
      }
    } finally {
      await dispose();
    }
  });

  it('always finds a document that another process replaces', async () => {
    const { store: writer, directory, dispose } = await grown();
    const reader = await openStore({ directory });
    try {
      await writer.putDocuments('docs', [document(500)]);
      let isOver = false;
      const replacing = (async () => {
        for (let edition = 0; edition < 15; edition++)
          await writer.putDocuments('docs', [document(500, `edition${edition}`)]);
        isOver = true;
      })();
      while (!isOver) {
        for (const filter of FILTERS) {
          const hits = await reader.searchKeyword('docs', keywords('own500'), 50, filter);
          expect(hits.map((hit) => hit.document.uri)).toContain('folder/file500.md');
          const named = await reader.searchNames('docs', nameQueryOf('file500.md'), 5, filter);
          expect(named.map(({ candidate }) => candidate.document.uri)).toContain('folder/file500.md');
        }
      }
      await replacing;
    } finally {
      await reader.close();
      await dispose();
    }
  });

  it('finds what the index finds, under every filter and after every change', async () => {
    const kept = await grown();
    const { store: engine, dispose } = await grown({ vectorPolicy: { residentBytes: 0, minRecall: 0.99 } });
    try {
      // No scores: the engine's own statistics go on counting rows that were moved or replaced (docs/decisions/0001).
      const view = async (store: KnowledgeStore) => {
        const all = [];
        for (const filter of FILTERS) {
          for (const query of QUERIES) {
            const hits = await store.searchKeyword('docs', keywords(query), 1000, filter);
            const { chunks } = await store.termStatistics('docs', keywords(query).terms);
            const named = await store.searchNames('docs', nameQueryOf('file5.md'), 5, filter);
            const ids = hits.map(({ chunk }) => chunk.id).sort();
            all.push([ids, chunks, named.map(({ candidate }) => candidate.chunk.id)]);
          }
        }
        return all;
      };
      await view(kept.store); // the first search of a process reads nothing ahead
      const changes = [
        async (_: KnowledgeStore) => undefined,
        (store: KnowledgeStore) => store.putDocuments('docs', [document(5, 'fresh'), document(61)]),
        (store: KnowledgeStore) => store.deleteDocuments('docs', [document(7).document.id]),
      ];
      for (const change of changes) {
        for (const store of [kept.store, engine]) {
          await change(store);
          for (let number = 100; number < 130; number++) await store.putDocuments('docs', [document(number, 'other')]);
          await store.maintain('docs');
          expect((await store.collectionStats('docs')).unindexedRows).toBe(0);
        }
        expect(await view(kept.store)).toEqual(await view(engine));
      }
    } finally {
      await kept.dispose();
      await dispose();
    }
  });

  it('shows of every chunk what the engine shows of it', async () => {
    const texts = [
      'Ünïcode 漢字 \u{1d54f} word',
      `long word ${'filler '.repeat(2_000)}`,
      'plain word',
      'word\r\nline "two"\\',
    ];
    const rows = (number: number) =>
      sampleDocument(source, `sub/${number}.md`, texts.map((text) => `${text} own${number}`).join('\n\n'));
    const candidates = async (options: Partial<StoreOptions>) => {
      const { store, dispose } = await temporaryStore(options);
      try {
        await store.createCollection(sampleCollection('docs'));
        await store.putSource(source);
        for (const number of [1, 2, 3]) await store.putDocuments('docs', [rows(number)]);
        await store.deleteDocuments('docs', [rows(2).document.id]);
        await store.maintain('docs');
        await store.putDocuments('docs', [sampleDocument(source, 'sub/3.md', 'other word own3'), rows(4)]);
        const found = [];
        for (let search = 0; search < 2; search++) {
          const hits = await store.searchKeyword('docs', keywords('word'), 1000, {});
          const near = await store.searchVector('docs', rows(1).chunks[0]?.vector ?? new Float32Array(0), 5, {});
          const named = await store.searchNames('docs', nameQueryOf('3.md'), 5, {});
          const inOrder = await store.listCandidates('docs', rows(4).document.id);
          const byChunk = hits
            .map(({ bm25, ...hit }) => hit)
            .sort((first, second) => (first.chunk.id < second.chunk.id ? -1 : 1));
          found.push({ byChunk, near, named, inOrder, gone: await store.listCandidates('docs', rows(2).document.id) });
        }
        return found;
      } finally {
        await dispose();
      }
    };
    const kept = await candidates({});
    expect(kept[0]?.byChunk).toHaveLength(9);
    expect(kept).toEqual(await candidates({ vectorPolicy: { residentBytes: 0, minRecall: 0.99 } }));
  });
});
