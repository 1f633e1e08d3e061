import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blend, type LegScores } from '../../../src/core/ranking/blend.js';

const convex = (alpha: number) => ({ method: 'convex' as const, alpha, rankConstant: 60 });
const rrf = { method: 'rrf' as const, alpha: 0.5, rankConstant: 60 };

const legScores = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1 }),
      similarity: fc.option(fc.float({ min: -1, max: 1, noNaN: true })),
      bm25: fc.option(fc.float({ min: Math.fround(0.01), max: 40, noNaN: true })),
    }),
    { selector: (item) => item.id, maxLength: 30 },
  )
  .map((items): LegScores[] => items);

describe('convex blend', () => {
  test('alpha 1 orders by meaning, alpha 0 by words', () => {
    const items = [
      { id: 'a', similarity: 0.9, bm25: 1 },
      { id: 'b', similarity: 0.1, bm25: 9 },
    ];
    expect(blend(items, convex(1)).map((item) => item.id)).toEqual(['a', 'b']);
    expect(blend(items, convex(0)).map((item) => item.id)).toEqual(['b', 'a']);
  });

  test('scales cosines by their range and BM25 by its maximum', () => {
    const items = [
      { id: 'a', similarity: 0.8, bm25: null },
      { id: 'b', similarity: 0.6, bm25: 5 },
      { id: 'c', similarity: 0.4, bm25: 10 },
    ];
    const fused = new Map(blend(items, convex(0.4)).map((item) => [item.id, item.fused]));
    expect(fused.get('a')).toBeCloseTo(0.4, 6);
    expect(fused.get('b')).toBeCloseTo(0.4 * 0.5 + 0.6 * 0.5, 6);
    expect(fused.get('c')).toBeCloseTo(0.6, 6);
  });

  test('every score lies between 0 and 1, best first, ties by id', () => {
    fc.assert(
      fc.property(legScores, fc.double({ min: 0, max: 1, noNaN: true }), (items, alpha) => {
        const fused = blend(items, convex(alpha));
        expect(fused).toHaveLength(items.length);
        for (const [i, item] of fused.entries()) {
          expect(item.fused).toBeGreaterThanOrEqual(-1e-9);
          expect(item.fused).toBeLessThanOrEqual(1 + 1e-9);
          const next = fused[i + 1];
          if (next !== undefined)
            expect(item.fused > next.fused || (item.fused === next.fused && item.id < next.id)).toBe(true);
        }
      }),
    );
  });

  test('the order of the candidates does not matter', () => {
    fc.assert(
      fc.property(legScores, (items) =>
        expect(blend([...items].reverse(), convex(0.4))).toEqual(blend(items, convex(0.4))),
      ),
    );
    fc.assert(fc.property(legScores, (items) => expect(blend([...items].reverse(), rrf)).toEqual(blend(items, rrf))));
  });
});

describe('reciprocal rank fusion', () => {
  test('sums 1 / (k + rank) over the legs that nominated', () => {
    const items = [
      { id: 'a', similarity: 0.9, bm25: null },
      { id: 'b', similarity: 0.5, bm25: 3 },
    ];
    expect(blend(items, rrf)).toEqual([
      { id: 'b', fused: 1 / 62 + 1 / 61 },
      { id: 'a', fused: 1 / 61 },
    ]);
  });
});
