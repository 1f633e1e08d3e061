import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRateLimiter } from '../../../src/edges/http/rate-limiter.js';

test('a client may send its burst at once, then one for each token that comes back', () => {
  let now = 0;
  const limiter = createRateLimiter({ perMinute: 60, burst: 3 }, () => now);
  expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0]);
  expect(limiter.take('a')).toBe(1000);
  now = 400;
  expect(limiter.take('a')).toBe(600);
  now = 1000;
  expect(limiter.take('a')).toBe(0);
  expect(limiter.take('a')).toBe(1000);
});

test('clients do not share their tokens', () => {
  const limiter = createRateLimiter({ perMinute: 1, burst: 1 }, () => 0);
  expect([limiter.take('a'), limiter.take('b'), limiter.take('a') > 0]).toEqual([0, 0, true]);
});

test('who waits as long as told is let in; nobody gets more than the rate and the burst', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 100 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 1, max: 20 }),
      waits,
      (perMinute, burst, pauses) => {
        let now = 0;
        let allowed = 0;
        const limiter = createRateLimiter({ perMinute, burst }, () => now);
        for (const pause of pauses) {
          now += pause;
          const waitMs = limiter.take('a');
          if (waitMs === 0) {
            allowed += 1;
            continue;
          }
          now += waitMs;
          expect(limiter.take('a')).toBe(0);
          allowed += 1;
        }
        expect(allowed).toBeLessThanOrEqual(burst + (now * perMinute) / 60_000 + 1e-6);
      },
    ),
  );
});

test('invented addresses cannot fill the memory, and the newest are remembered', () => {
  const limiter = createRateLimiter({ perMinute: 1, burst: 1 }, () => 0);
  for (let i = 0; i < 30_000; i++) limiter.take(String(i));
  expect(limiter.take('29999')).toBeGreaterThan(0);
  expect(limiter.take('0')).toBe(0);
});
