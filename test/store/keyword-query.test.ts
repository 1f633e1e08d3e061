import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupTerms, MAX_QUERY_TERMS } from '../../src/store/keyword-query.js';
import { keywords, sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

describe('groupTerms', () => {
  it('groups terms by how often they occur', () => {
    expect(groupTerms(['cache', 'disk', 'page', 'cache', 'page', 'cache', ''])).toEqual([
      { count: 1, terms: ['disk'] },
      { count: 2, terms: ['page'] },
      { count: 3, terms: ['cache'] },
    ]);
    expect(groupTerms([])).toEqual([]);
  });

  it('keeps every term once, and no more than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 })), (given) => {
        const terms = groupTerms(given).flatMap((group) => group.terms);
        expect([...terms].sort()).toEqual([...new Set(given)].sort());
      }),
    );
    const many = Array.from({ length: 2000 }, (_, index) => `w${index}`);
    expect(groupTerms(many).flatMap((group) => group.terms)).toHaveLength(MAX_QUERY_TERMS);
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
        (await store.searchKeyword('docs', keywords(terms), 2, {})).map(({ chunk }) => chunk.text);
      expect(await best('rust rust paint')).toEqual(['rust only', 'paint only']);
      expect(await best('paint rust paint')).toEqual(['paint only', 'rust only']);
    } finally {
      await dispose();
    }
  });
});
