import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ExampleLink, LINK_KINDS, LinkList } from '../../../src/core/curation/link-list.js';
import { type DuplicatePair, PairList } from '../../../src/core/curation/pair-list.js';

const place = fc.integer({ min: 0, max: 60 });

describe('PairList', () => {
  test('gives every pair once, by first and second, with the similarity it was added with', () => {
    const pair = fc.record({ first: place, second: place, similarity: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 200 }), (added) => {
        const list = new PairList();
        const wanted = new Map<number, DuplicatePair>();
        for (const one of added) {
          list.add(one);
          const key = one.first * 1_000 + one.second;
          if (!wanted.has(key)) wanted.set(key, one);
        }
        const sorted = [...wanted].sort(([a], [b]) => a - b).map(([, one]) => one);
        expect([...list]).toEqual(sorted);
        expect([...list]).toEqual(sorted);
      }),
      { seed: 1 },
    );
  });

  test('grows to any number of pairs', () => {
    const list = new PairList();
    for (let round = 0; round < 2; round++) {
      for (let at = 4_999; at >= 0; at--) list.add({ first: at >> 4, second: at, similarity: at / 5_000 });
    }
    const seconds = [...list].map(({ second }) => second);
    expect(seconds).toEqual(Array.from({ length: 5_000 }, (_, at) => at));
  });
});

test('a LinkList gives back its links in order', () => {
  const links = Array.from({ length: 3_000 }, (_, at): ExampleLink => {
    return { first: at, second: 7 * at, kind: LINK_KINDS[at % LINK_KINDS.length] ?? 'same-uri' };
  });
  const list = new LinkList();
  for (const link of links) list.add(link);
  expect([...list]).toEqual(links);
});
