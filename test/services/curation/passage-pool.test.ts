import { describe, expect, test } from '@jest/globals';
import { type Example, parseExample } from '../../../src/core/curation/example.js';
import { PassagePool } from '../../../src/services/curation/passage-pool.js';

function pair(positive: string, place: { documentId: string; start: number; end?: number; split?: string }): Example {
  const { documentId, start, end = start + positive.length, split = '' } = place;
  const parsed = parseExample({
    kind: 'pair',
    fields: { anchor: `asks for ${positive}`, positive },
    split,
    provenance: { documentId, start, end },
  });
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.example;
}

describe('passages of a dataset', () => {
  const pool = new PassagePool([
    pair('0123456789', { documentId: 'd', start: 0 }),
    pair('abcdefghij', { documentId: 'd', start: 10 }),
    pair('held out..', { documentId: 'd', start: 20, split: 'test' }),
    pair('link target', { documentId: 'd', start: 0, end: 4 }),
    pair('elsewhere.', { documentId: 'e', start: 0 }),
  ]);

  const found = (start: number, end: number, split: '' | 'test' | 'train' = '') =>
    pool.passagesIn({ documentId: 'd', start, end }, split).map(({ text }) => text);

  test('stand for the chunk that holds half of them, or is half made of them', () => {
    expect(found(0, 20)).toEqual(['0123456789', 'abcdefghij']);
    expect(found(0, 15)).toEqual(['0123456789', 'abcdefghij']);
    expect(found(0, 14)).toEqual(['0123456789']);
    expect(found(12, 16)).toEqual(['abcdefghij']);
    expect(found(30, 99)).toEqual([]);
  });

  test('stay within their split', () => {
    expect(found(0, 40, 'test')).toEqual(['held out..']);
    expect(found(0, 40, 'train')).toEqual([]);
  });

  test('know how many have a place', () => {
    expect(pool.coverage).toBe(0.8);
    expect(new PassagePool([]).coverage).toBe(0);
  });
});
