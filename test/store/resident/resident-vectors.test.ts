import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DocumentRows, KnowledgeStore } from '../../../src/core/ports.js';
import { cosine } from '../../../src/core/ranking/cosine.js';
import type { SearchFilter } from '../../../src/core/types.js';
import { openStore } from '../../../src/store/open-store.js';
import { sampleCollection, sampleDocument, sampleSource, sampleVector } from '../../contract/knowledge-samples.js';
import { type TemporaryStore, temporaryStore } from '../temporary-store.js';

const source = sampleSource('docs');
const WANTED = 10;

/** A document of ten chunks; another edition has other words. */
function document(number: number, edition = ''): DocumentRows {
  const paragraphs = Array.from(
    { length: 10 },
    (_, at) => `topic${(number + at) % 23} own${number} part${at} ${edition}`,
  );
  return sampleDocument(source, `${number}.md`, paragraphs.join('\n\n'), {
    category: number % 2 === 0 ? 'even' : 'odd',
    tags: [`t${number % 10}`],
  });
}

const FILTERS: readonly SearchFilter[] = [{}, { categories: ['even'] }, { tags: ['t3'] }, { tags: ['nothing'] }];
const QUERIES = ['topic5 own7', 'topic11 part3', 'own40', 'second edition', 'part0'].map((text) => sampleVector(text));

describe('vectors in memory', () => {
  let writer: TemporaryStore;
  /** Another store on the same folder, as another process has it, which has searched before and so keeps vectors. */
  let reader: KnowledgeStore;
  const held = new Map<string, DocumentRows>();

  beforeAll(async () => {
    writer = await temporaryStore();
    await writer.store.createCollection(sampleCollection('docs'));
    await writer.store.putSource(source);
    reader = await openStore({ directory: writer.directory });
    await reader.searchVector('docs', sampleVector('first'), 1, {});
  });

  afterAll(async () => {
    await reader.close();
    await writer.dispose();
  });

  async function put(rows: readonly DocumentRows[]): Promise<void> {
    await writer.store.putDocuments('docs', rows);
    for (const row of rows) held.set(row.document.id, row);
  }

  function isAdmitted({ document: { category, tags } }: DocumentRows, filter: SearchFilter): boolean {
    return (
      (filter.categories ?? [category]).includes(category) && (filter.tags ?? []).every((tag) => tags.includes(tag))
    );
  }

  /** Chunk ids by plain arithmetic over everything that is held. */
  function nearest(query: Float32Array, filter: SearchFilter): { id: string; similarity: number }[] {
    const admitted = [...held.values()].filter((rows) => isAdmitted(rows, filter)).flatMap(({ chunks }) => chunks);
    return admitted
      .map(({ id, vector }) => ({ id, similarity: cosine(query, vector) }))
      .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
      .slice(0, WANTED);
  }

  async function expectTrue(): Promise<void> {
    for (const filter of FILTERS) {
      for (const query of QUERIES) {
        const hits = await reader.searchVector('docs', query, WANTED, filter);
        expect(hits.map(({ chunk, similarity }) => ({ id: chunk.id, similarity }))).toEqual(nearest(query, filter));
      }
    }
  }

  it('finds the true neighbours after every change by another process, under every filter', async () => {
    await expectTrue();
    await put(Array.from({ length: 120 }, (_, number) => document(number)));
    await expectTrue();
    await put([document(3, 'second edition'), document(200)]);
    await expectTrue();
    await writer.store.maintain('docs');
    await expectTrue();
    const gone = [...held.keys()].slice(7, 30);
    await writer.store.deleteDocuments('docs', gone);
    for (const id of gone) held.delete(id);
    await expectTrue();
    const patched = [...held.values()].slice(0, 5).map((rows) => ({
      ...rows,
      document: { ...rows.document, tags: ['t3'] },
    }));
    await writer.store.patchDocuments(
      'docs',
      patched.map((rows) => rows.document),
    );
    for (const rows of patched) held.set(rows.document.id, rows);
    await expectTrue();
    await writer.store.maintain('docs');
    await expectTrue();
  });

  it('gives what a store that searches for the first time gives', async () => {
    for (const query of QUERIES) {
      const fresh = await openStore({ directory: writer.directory });
      try {
        expect(await reader.searchVector('docs', query, WANTED, {})).toEqual(
          await fresh.searchVector('docs', query, WANTED, {}),
        );
      } finally {
        await fresh.close();
      }
    }
  });

  it('always finds a document that is being replaced', async () => {
    const query = sampleVector('topic17 own500 part0');
    const uri = document(500).document.uri;
    await put([document(500)]);
    let isOver = false;
    const replacing = (async () => {
      for (let edition = 0; edition < 15; edition++) await put([document(500, `edition${edition}`)]);
      isOver = true;
    })();
    while (!isOver) {
      const hits = await reader.searchVector('docs', query, WANTED, {});
      expect(hits.map((hit) => hit.document.uri)).toContain(uri);
    }
    await replacing;
    await expectTrue();
  });

  it('reads everything anew once most of it is gone', async () => {
    for (let edition = 0; edition < 8; edition++)
      await put(Array.from({ length: 100 }, (_, number) => document(number + 1_000, `edition${edition}`)));
    await expectTrue();
  });
});
