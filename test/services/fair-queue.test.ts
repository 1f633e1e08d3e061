import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from '../../src/services/fair-queue.js';

const nothing = (): void => undefined;

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A queue whose work ends when the test says so. */
function start(limits: Partial<{ places: number; perCaller: number; total: number }> = {}) {
  const queue = new FairQueue({ places: 1, perCaller: 1000, total: 1000, ...limits });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (caller: string, name: string, signal?: AbortSignal): Promise<string> =>
    queue.run({ caller, signal }, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await settle();
  };
  return { queue, begun, ask, end };
}

describe('a fair queue', () => {
  test('runs as many at once as it has places, the rest in the order in which they came', async () => {
    const { begun, ask, end } = start({ places: 2 });
    const all = ['1', '2', '3', '4', '5'].map((name) => ask('a', name));
    await settle();
    expect(begun).toEqual(['1', '2']);
    await end('2');
    expect(begun).toEqual(['1', '2', '3']);
    for (const name of ['1', '3', '4', '5']) await end(name);
    expect(await Promise.all(all)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('callers take turns, so one call does not wait for a hundred of another caller', async () => {
    const { begun, ask, end } = start();
    const calls = Array.from({ length: 100 }, (_, n) => ask('many', `many${n}`));
    calls.push(ask('one', 'one'), ask('two', 'two1'), ask('two', 'two2'));
    for (let done = 0; done < calls.length; done++) await end(begun[done] ?? '');
    await Promise.all(calls);
    expect(begun.slice(0, 7)).toEqual(['many0', 'many1', 'one', 'two1', 'many2', 'two2', 'many3']);
  });

  test('a caller that gives up leaves at once, and nothing of its call runs', async () => {
    const { begun, ask, end } = start({ perCaller: 1 });
    const gone = new AbortController();
    const first = ask('a', 'first');
    const second = ask('a', 'second', gone.signal);
    await expect(ask('a', 'third')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    const fourth = ask('a', 'fourth');
    await end('first');
    await end('fourth');
    expect([await first, await fourth, begun]).toEqual(['first', 'fourth', ['first', 'fourth']]);
    await expect(ask('a', 'fifth', gone.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(begun).toHaveLength(2);
  });

  test('one caller meets its own bound, all callers together meet that of the queue', async () => {
    const { ask, end } = start({ perCaller: 2, total: 3 });
    const kept = [ask('a', '1'), ask('a', '2'), ask('a', '3')];
    await expect(ask('a', '4')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterSeconds: expect.any(Number) },
    });
    kept.push(ask('b', '5'));
    await expect(ask('c', '6')).rejects.toMatchObject({
      code: 'OVERLOADED',
      meaning: { status: 503, retryable: true },
    });
    for (const name of ['1', '2', '5', '3']) await end(name);
    expect(await Promise.all(kept)).toEqual(['1', '2', '3', '5']);
  });

  test('work that fails gives its place on', async () => {
    const { queue, ask, end } = start();
    await expect(queue.run({ caller: 'a' }, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    const next = ask('a', 'next');
    await end('next');
    expect(await next).toBe('next');
  });

  test('whoever asks, leaves and ends: each call is answered once, never more run than there are places', async () => {
    const steps = fc.array(
      fc.record({ caller: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean(), ends: fc.nat(3) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, async (places, plan) => {
        const { queue } = start({ places });
        const running: (() => void)[] = [];
        let most = 0;
        const outcomes = plan.map(({ caller, leaves, ends }, n) => {
          const controller = new AbortController();
          const outcome = queue
            .run({ caller, signal: controller.signal }, async () => {
              await new Promise<void>((resolve) => {
                running.push(resolve);
                most = Math.max(most, running.length);
              });
              return n;
            })
            .catch((error: { code: string }) => error.code);
          if (leaves) controller.abort();
          for (let i = 0; i < ends; i++) (running.shift() ?? nothing)();
          return outcome;
        });
        let isDone = false;
        const all = Promise.all(outcomes).finally(() => {
          isDone = true;
        });
        while (!isDone) {
          (running.shift() ?? nothing)();
          await settle();
        }
        for (const [n, outcome] of (await all).entries()) expect([n, 'CANCELLED']).toContain(outcome);
        expect(most).toBeLessThanOrEqual(places);
      }),
    );
  });
});
