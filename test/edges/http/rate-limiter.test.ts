import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createRateLimiter, type LimitWindow, type RateLimiter } from '../../../src/edges/http/rate-limiter.js';

// The library counts by the clock of the process, so the clock is what the tests turn.
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});

afterEach(() => {
  jest.useRealTimers();
});

const BURST = { name: 'burst', requests: 3, seconds: 10 };
const MINUTE = { name: 'minute', requests: 6, seconds: 60 };

const limiterOf = (...windows: readonly LimitWindow[]): RateLimiter => createRateLimiter({ name: 'test', windows });

async function waits(limiter: RateLimiter, clients: readonly string[]): Promise<number[]> {
  const answers: number[] = [];
  for (const client of clients) answers.push((await limiter.take(client)).waitMs);
  return answers;
}

test('a client may send what a window holds, then waits for the next one', async () => {
  const limiter = limiterOf(BURST);
  expect(await waits(limiter, ['a', 'a', 'a', 'a'])).toEqual([0, 0, 0, 10_000]);
  jest.advanceTimersByTime(4_000);
  expect(await waits(limiter, ['a'])).toEqual([6_000]);
  jest.advanceTimersByTime(6_000);
  expect(await waits(limiter, ['a', 'a', 'a', 'a'])).toEqual([0, 0, 0, 10_000]);
});

test('clients do not share what they have, however much one of them sends', async () => {
  const limiter = limiterOf(BURST, MINUTE);
  await waits(limiter, Array(500).fill('loud'));
  expect(await waits(limiter, ['loud', 'quiet', 'quiet', 'quiet'])).toEqual([10_000, 0, 0, 0]);
});

test('what a burst is refused does not count for longer windows', async () => {
  const limiter = limiterOf(MINUTE, BURST);
  await waits(limiter, Array(100).fill('a'));
  jest.advanceTimersByTime(10_000);
  expect(await waits(limiter, ['a', 'a', 'a'])).toEqual([0, 0, 0]);
  jest.advanceTimersByTime(10_000);
  expect(await waits(limiter, ['a'])).toEqual([40_000]);
});

test('it tells where a client stands in each window', async () => {
  const limiter = limiterOf(MINUTE, BURST);
  expect(limiter.windows.map(({ name }) => name)).toEqual(['burst', 'minute']);
  await limiter.take('a');
  jest.advanceTimersByTime(1_000);
  expect((await limiter.take('a')).states).toEqual([
    { ...BURST, remaining: 1, resetMs: 9_000 },
    { ...MINUTE, remaining: 4, resetMs: 59_000 },
  ]);
});

test('who waits as long as told is let in; nobody gets more than a window holds', async () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 });
  const windows = [
    { requests: 4, seconds: 10 },
    { requests: 9, seconds: 60 },
    { requests: 20, seconds: 3_600 },
  ].map((window) => ({ ...window, name: `w${window.seconds}` }));
  await fc.assert(
    fc.asyncProperty(pauses, async (list) => {
      const limiter = limiterOf(...windows);
      const allowed: number[] = [];
      for (const pause of list) {
        jest.advanceTimersByTime(pause);
        // Each window that is full says its own time; after the longest of them nothing is left to say.
        for (let tries = 0; ; tries++) {
          const { waitMs } = await limiter.take('a');
          if (waitMs === 0) break;
          expect(tries).toBeLessThan(windows.length);
          jest.advanceTimersByTime(waitMs);
        }
        allowed.push(Date.now());
      }
      // Windows begin with a first request, so that two of them may meet in any span of one's length.
      for (const { requests, seconds } of windows)
        for (const start of allowed)
          expect(allowed.filter((at) => at >= start && at < start + seconds * 1000).length).toBeLessThanOrEqual(
            2 * requests,
          );
    }),
  );
});

test('invented addresses cannot fill the memory, and the newest are remembered', async () => {
  const limiter = limiterOf({ name: 'day', requests: 1, seconds: 86_400 });
  for (let i = 0; i < 11_000; i++) await limiter.take(String(i));
  expect(jest.getTimerCount()).toBe(10_000);
  expect((await limiter.take('10999')).waitMs).toBeGreaterThan(0);
  expect((await limiter.take('0')).waitMs).toBe(0);
});
