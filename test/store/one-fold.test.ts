import { expect, test } from '@jest/globals';
import { keywords, sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

/** Of a folder of some size, in as many writes as an ingest makes of them. */
const WRITES = 6;
const CHUNKS = 900;

test('rows that come in one go are indexed once, at the end, and found before that and after', async () => {
  const { store, dispose } = await temporaryStore();
  try {
    const source = sampleSource('docs');
    await store.createCollection(sampleCollection('docs'));
    await store.putSource(source);
    for (let n = 0; n < WRITES; n++) {
      const words = Array.from({ length: CHUNKS }, (_, at) => `word${n * CHUNKS + at} data value`);
      await store.putDocuments('docs', [sampleDocument(source, `${n}.md`, words.join('\n\n'))]);
    }
    expect((await store.collectionStats('docs')).unindexedRows).toBe(WRITES * (CHUNKS + 1));
    const find = async () => (await store.searchKeyword('docs', keywords('word4711'), 3, {}))[0]?.chunk.text;
    expect(await find()).toBe('word4711 data value');
    await store.maintain('docs');
    expect((await store.collectionStats('docs')).unindexedRows).toBe(0);
    expect(await find()).toBe('word4711 data value');
  } finally {
    await dispose();
  }
});
