import { expect, test } from '@jest/globals';
import { diversify } from '../../../src/core/ranking/diversify.js';

const items = [
  { id: 'first', relevance: 1, vector: new Float32Array([1, 0]) },
  { id: 'twin', relevance: 0.99, vector: new Float32Array([1, 0]) },
  { id: 'other', relevance: 0.7, vector: new Float32Array([0, 1]) },
];

test('without diversity the order stays', () => {
  expect(diversify(items, 0, 3)).toEqual(['first', 'twin', 'other']);
});

test('with diversity a twin of what was chosen falls behind', () => {
  expect(diversify(items, 0.5, 3)).toEqual(['first', 'other', 'twin']);
});

test('never gives more than asked for, nor anything twice', () => {
  expect(diversify(items, 0.5, 2)).toHaveLength(2);
  expect(new Set(diversify(items, 1, 9)).size).toBe(3);
  expect(diversify([], 0.5, 5)).toEqual([]);
});
