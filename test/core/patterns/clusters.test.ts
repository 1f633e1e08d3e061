import { expect, test } from '@jest/globals';
import { type ClusterItem, clusterItems } from '../../../src/core/patterns/clusters.js';
import { createRandom } from '../../../src/core/statistics/random.js';

const random = createRandom(3);
const item = (axis: number, text: string): ClusterItem => {
  const vector = Float32Array.from({ length: 6 }, (_, at) => (at === axis ? 1 : 0) + (random() - 0.5) * 0.2);
  const norm = Math.hypot(...vector);
  return { vector: vector.map((value) => value / norm), text };
};
const items = [
  ...Array.from({ length: 8 }, () => item(0, 'oven bread flour page')),
  ...Array.from({ length: 6 }, () => item(2, 'sail mast rope page')),
  ...Array.from({ length: 4 }, () => item(4, 'bee hive honey page')),
];

test('groups what belongs together, names each group by its own words, and does the same again', () => {
  const clusters = clusterItems(items, { count: 3 });
  expect(clusters.map(({ members }) => members.length)).toEqual([8, 6, 4]);
  const names = clusters.map(({ name }) => [...name].sort().join(' '));
  expect(names).toEqual(['bread flour oven', 'mast rope sail', 'bee hive honey']);
  expect(clusterItems(items, { count: 3 })).toEqual(clusters);
});

test('of nothing is nothing, of one is one', () => {
  expect(clusterItems([])).toEqual([]);
  expect(clusterItems(items.slice(0, 1))).toHaveLength(1);
});
