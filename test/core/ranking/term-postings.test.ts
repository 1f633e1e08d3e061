import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TermPostings } from '../../../src/core/ranking/term-postings.js';

const term = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const row = fc.array(term, { maxLength: 12 });

/** BM25 by its formula (k1 1.2, b .75, Lucene's idf), row by row. */
function bm25(rows: readonly (readonly string[])[], query: readonly string[], at: number): number {
  const mean = rows.reduce((sum, { length }) => sum + length, 0) / rows.length;
  return query.reduce((sum, word) => {
    const holding = rows.filter((other) => other.includes(word)).length;
    const count = rows[at]?.filter((other) => other === word).length ?? 0;
    const idf = Math.log(1 + (rows.length - holding + 0.5) / (holding + 0.5));
    const length = (rows[at]?.length ?? 0) / mean;
    return sum + (idf * count * 2.2) / (count + 1.2 * (0.25 + 0.75 * length));
  }, 0);
}

function filled(rows: readonly (readonly string[])[]): TermPostings {
  const postings = new TermPostings();
  for (const terms of rows) postings.add(terms);
  return postings;
}

function search(
  postings: TermPostings,
  query: readonly string[],
  must: { required?: string[]; excluded?: string[] } = {},
) {
  const { required = [], excluded = [] } = must;
  const weights = postings.weights(query);
  const { places, scores } = postings.score({ weights, pivot: postings.pivot, required, excluded });
  return new Map(Array.from(places, (place) => [place, scores[place] ?? 0]));
}

describe('TermPostings', () => {
  it('finds every row with a term of the query, by BM25', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.array(term, { minLength: 1, maxLength: 6 }),
        (rows, query) => {
          const found = search(filled(rows), query);
          for (const [at, terms] of rows.entries()) {
            const isHit = terms.some((word) => query.includes(word));
            expect(found.has(at)).toBe(isHit);
            if (isHit) expect(found.get(at)).toBeCloseTo(bm25(rows, query, at), 9);
          }
        },
      ),
    );
  });

  it('forgets rows that are gone, in scores as in statistics', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ terms: row, isGone: fc.boolean() }), { minLength: 1, maxLength: 20 }),
        fc.array(term, { minLength: 1, maxLength: 4 }),
        (rows, query) => {
          const postings = filled(rows.map(({ terms }) => terms));
          for (const [at, { isGone }] of rows.entries()) if (isGone) postings.remove(at);
          const left = rows.filter(({ isGone }) => !isGone).map(({ terms }) => terms);
          const scores = [...search(postings, query).values()];
          expect(scores).toEqual([...search(filled(left), query).values()]);
          for (const word of query)
            expect(postings.frequency(word)).toBe(left.filter((terms) => terms.includes(word)).length);
        },
      ),
    );
  });

  it('holds to what a row must have and must not have', () => {
    const postings = filled([['a', 'b'], ['a'], ['a', 'c'], ['b', 'c']]);
    expect([...search(postings, ['a', 'b'], { required: ['a'] }).keys()].sort()).toEqual([0, 1, 2]);
    expect([...search(postings, ['a', 'b'], { required: ['a', 'b'] }).keys()]).toEqual([0]);
    expect([...search(postings, ['a', 'b'], { excluded: ['c'] }).keys()].sort()).toEqual([0, 1]);
    expect([...search(postings, ['a'], { required: ['z'] }).keys()]).toEqual([]);
  });
});
