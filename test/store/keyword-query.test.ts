import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupWords, MAX_QUERY_WORDS } from '../../src/store/keyword-query.js';
import { sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

describe('groupWords', () => {
  it('groups words by how often they occur, whatever their case', () => {
    expect(groupWords('Cache the cache, the CACHE of pages; pages and disks')).toEqual([
      { count: 1, words: ['disks'] },
      { count: 2, words: ['pages'] },
      { count: 3, words: ['cache'] },
    ]);
    expect(groupWords(' the of "" -- ')).toEqual([]);
  });

  it('keeps every word once, and no more than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (terms) => {
        const words = groupWords(terms).flatMap((group) => group.words);
        expect(new Set(words).size).toBe(words.length);
      }),
    );
    const many = Array.from({ length: 2000 }, (_, index) => `w${index}`).join(' ');
    expect(groupWords(many).flatMap((group) => group.words)).toHaveLength(MAX_QUERY_WORDS);
  });
});

describe('a keyword search', () => {
  it('gives a repeated word its weight, as BM25 does', async () => {
    const { store, dispose } = await temporaryStore();
    try {
      const source = sampleSource('docs');
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
      const filler = Array.from({ length: 20 }, (_, index) => `filler number${index}`);
      await store.putDocuments('docs', [
        sampleDocument(source, 'a.md', [...filler, 'rust only', 'paint only'].join('\n\n')),
      ]);
      await store.maintain('docs');
      const best = async (terms: string) =>
        (await store.searchKeyword('docs', terms, 2, {})).map(({ chunk }) => chunk.text);
      expect(await best('rust rust paint')).toEqual(['rust only', 'paint only']);
      expect(await best('paint rust paint')).toEqual(['paint only', 'rust only']);
    } finally {
      await dispose();
    }
  });
});
