import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blend, type LegScores } from '../../../src/core/ranking/blend.js';

const convex = (alpha: number) => ({ method: 'convex' as const, alpha, rankConstant: 60 });
const rrf = { method: 'rrf' as const, alpha: 0.5, rankConstant: 60 };

const legScores = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1 }),
      vector: fc.option(fc.float({ min: 0, max: 1, noNaN: true })),
      keyword: fc.option(fc.float({ min: 0, max: 1, noNaN: true })),
    }),
    { selector: (item) => item.id, maxLength: 30 },
  )
  .map((items): LegScores[] => items);

describe('convex blend', () => {
  test('alpha 1 counts meaning alone, alpha 0 words alone; an absent score counts nothing', () => {
    const items = [
      { id: 'a', vector: 0.75, keyword: 0.25 },
      { id: 'b', vector: null, keyword: 0.5 },
    ];
    expect(blend(items, convex(1)).map((item) => item.fused)).toEqual([0.75, 0]);
    expect(blend(items, convex(0)).map((item) => item.fused)).toEqual([0.25, 0.5]);
    expect(blend(items, convex(0.5)).map((item) => item.fused)).toEqual([0.5, 0.25]);
  });

  test('an item is worth the same whatever stands beside it, between 0 and 1', () => {
    fc.assert(
      fc.property(legScores, fc.double({ min: 0, max: 1, noNaN: true }), (items, alpha) => {
        for (const [i, fused] of blend(items, convex(alpha)).entries()) {
          const alone = items.slice(i, i + 1);
          expect(blend(alone, convex(alpha))).toEqual([fused]);
          expect(fused.fused).toBeGreaterThanOrEqual(0);
          expect(fused.fused).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test('the order of the candidates does not matter', () => {
    const byId = (items: readonly LegScores[], settings: typeof rrf | ReturnType<typeof convex>) =>
      new Map(blend(items, settings).map(({ id, fused }) => [id, fused]));
    for (const settings of [convex(0.4), rrf])
      fc.assert(
        fc.property(legScores, (items) => expect(byId([...items].reverse(), settings)).toEqual(byId(items, settings))),
      );
  });
});

describe('reciprocal rank fusion', () => {
  test('sums 1 / (k + rank) over the legs that nominated, as a share of the most there is', () => {
    const items = [
      { id: 'a', vector: 0.9, keyword: null },
      { id: 'b', vector: 0.5, keyword: 0.3 },
    ];
    const [a, b] = blend(items, rrf);
    expect(a?.fused).toBeCloseTo(1 / 2, 12);
    expect(b?.fused).toBeCloseTo((61 / 62 + 1) / 2, 12);
  });
});
