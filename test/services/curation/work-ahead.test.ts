import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { QuarryError } from '../../../src/core/errors.js';
import { workAhead } from '../../../src/services/curation/work-ahead.js';

/** Lets whatever waits go on for so many turns of the microtask queue. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined;
}

test('gives every result in order, however long each takes, with no more begun than allowed', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 0, max: 5 }), async (items, ahead) => {
      let open = 0;
      let most = 0;
      const results: string[] = [];
      const work = async ([at, length]: [number, number]): Promise<string> => {
        most = Math.max(most, ++open);
        await turns(length);
        open--;
        return `${at}:${length}`;
      };
      for await (const result of workAhead([...items.entries()], ahead, work)) results.push(result);
      expect(results).toEqual(items.map((length, at) => `${at}:${length}`));
      expect(most).toBeLessThanOrEqual(ahead + 1);
      if (items.length > ahead && items.every((length) => length > 0)) expect(most).toBe(ahead + 1);
    }),
    { seed: 11, numRuns: 100 },
  );
});

test('a failure is told in its turn, after what came before, and nothing begun is left running', async () => {
  let open = 0;
  const seen: number[] = [];
  const work = async (item: number): Promise<number> => {
    open++;
    await turns(item === 2 ? 1 : 5);
    open--;
    if (item === 2) throw new QuarryError('CANCELLED', 'The third one fails.');
    return item;
  };
  const run = async (): Promise<void> => {
    for await (const item of workAhead([0, 1, 2, 3, 4, 5], 3, work)) seen.push(item);
  };
  await expect(run()).rejects.toMatchObject({ message: 'The third one fails.' });
  expect(seen).toEqual([0, 1]);
  expect(open).toBe(0);
  for await (const item of workAhead([0, 1, 3, 4], 3, work)) if (item === 1) break;
  expect(open).toBe(0);
});
