import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BestFew } from '../../../src/core/vectors/best-few.js';

describe('BestFew', () => {
  it('keeps what sorting would keep', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (scores, count) => {
          const best = new BestFew(count);
          for (const [item, score] of scores.entries()) best.add(item, score);
          const sorted = [...scores.entries()].sort((a, b) => b[1] - a[1]).slice(0, count);
          expect(best.items()).toEqual(sorted.map(([item]) => item));
        },
      ),
    );
  });
});
