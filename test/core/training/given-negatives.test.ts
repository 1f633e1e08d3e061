import { describe, expect, test } from '@jest/globals';
import { NO_GROUP, pickGivenNegatives } from '../../../src/core/training/given-negatives.js';

const pair = (group: number, passage: number[], negatives: number[][]) => ({ group, query: [1], passage, negatives });

describe('negatives of a batch', () => {
  test('are one of each pair, another at each step', () => {
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
    expect(pickGivenNegatives(pairs, 0).lists).toEqual([
      [20, 21, 22],
      [50, 51, 52],
    ]);
    expect(pickGivenNegatives(pairs, 1).lists).toEqual([
      [30, 31, 32],
      [50, 51, 52],
    ]);
  });

  test('are none for the pair whose passage they hold', () => {
    const pairs = [pair(7, [10, 11, 12, 13], [[5, 40, 41, 42, 43, 6]]), pair(8, [40, 41, 42, 43], [[50, 51, 52]])];
    expect([...pickGivenNegatives(pairs, 0).groups]).toEqual([8, NO_GROUP]);
  });

  test('may be absent', () => {
    expect(pickGivenNegatives([pair(0, [1, 2, 3], [])], 4)).toEqual({ lists: [], groups: new Int32Array(0) });
  });
});
