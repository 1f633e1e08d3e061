import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shareRoom } from '../../src/embed/reranker.js';

const tokens = fc.nat({ max: 2_000 });

it('cuts neither side of a pair that fits, and leaves no room unused of one that does not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 509 }), tokens, tokens, (room, query, passage) => {
      const shares = shareRoom(room, query, passage);
      const [left, right] = [Math.min(query, shares.query), Math.min(passage, shares.passage)];
      expect(left + right).toBe(Math.min(room, query + passage));
      if (query + passage <= room) expect([left, right]).toEqual([query, passage]);
      else if (query > 64) expect(left).toBeGreaterThanOrEqual(Math.min(64, Math.floor(room / 2)));
    }),
    { seed: 3 },
  );
});
