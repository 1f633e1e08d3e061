import { describe, expect, it } from '@jest/globals';
import { fitLogistic, logisticProbability } from '../../../src/core/statistics/logistic-regression.js';
import { createRandom } from '../../../src/core/statistics/random.js';

const TRUE_COEFFICIENTS = [-1, 3, -2];

function sample(count: number, seed: number) {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const features = [random(), random()];
    return { features, isTrue: random() < logisticProbability(TRUE_COEFFICIENTS, features), weight: 1 };
  });
}

describe('fitLogistic', () => {
  it('finds the coefficients that made the cases', () => {
    const found = fitLogistic(sample(20_000, 1), 1e-6);
    for (const [at, value] of TRUE_COEFFICIENTS.entries()) expect(Math.abs((found[at] ?? 0) - value)).toBeLessThan(0.2);
  });

  it('counts a case of weight two like two cases', () => {
    const cases = sample(300, 2);
    const doubled = [...cases, ...cases.slice(0, 100)];
    const weighed = cases.map((one, at) => ({ ...one, weight: at < 100 ? 2 : 1 }));
    const [a, b] = [fitLogistic(doubled, 1), fitLogistic(weighed, 1)];
    for (const [at, value] of a.entries()) expect(b[at]).toBeCloseTo(value, 6);
  });

  it('stays finite where a feature tells all', () => {
    const cases = [0, 0, 1, 1].map((value) => ({ features: [value], isTrue: value === 1, weight: 1 }));
    const found = fitLogistic(cases, 1);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(logisticProbability(found, [1])).toBeGreaterThan(logisticProbability(found, [0]));
  });
});
