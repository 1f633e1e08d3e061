import { describe, expect, test } from '@jest/globals';
import { NO_GROUP, pickGivenNegatives } from '../../../src/core/training/given-negatives.js';

const pair = (group: number, passage: number[], negatives: number[][]) => ({ group, query: [1], passage, negatives });

describe('negatives of a batch', () => {
  test('are all of each pair', () => {
    const pairs = [
      pair(
        0,
        [10, 11, 12, 13],
        [
          [20, 21, 22],
          [30, 31, 32],
        ],
      ),
      pair(1, [40, 41, 42, 43], [[50, 51, 52]]),
    ];
    expect(pickGivenNegatives(pairs, 5).lists).toEqual([
      [20, 21, 22],
      [30, 31, 32],
      [50, 51, 52],
    ]);
  });

  test('take turns where a pair has more than a step takes', () => {
    const many = Array.from({ length: 10 }, (_, at) => [100 + at]);
    const pairs = [pair(0, [10, 11, 12], many)];
    const met = [0, 1, 2, 3, 4].map((step) => pickGivenNegatives(pairs, step).lists.map(([token = 0]) => token - 100));
    expect(met[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(met[1]).toEqual([8, 9, 0, 1, 2, 3, 4, 5]);
    for (const step of met) expect(new Set(step).size).toBe(8);
    expect(new Set(met.flat()).size).toBe(10);
  });

  test('are none for the pair whose passage they hold', () => {
    const pairs = [pair(7, [10, 11, 12, 13], [[5, 40, 41, 42, 43, 6]]), pair(8, [40, 41, 42, 43], [[50, 51, 52]])];
    expect([...pickGivenNegatives(pairs, 0).groups]).toEqual([8, NO_GROUP]);
  });

  test('may be absent', () => {
    expect(pickGivenNegatives([pair(0, [1, 2, 3], [])], 4)).toEqual({ lists: [], groups: new Int32Array(0) });
  });
});
