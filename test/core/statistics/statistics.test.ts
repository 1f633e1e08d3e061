import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bootstrapMean, bootstrapMeans, quantile } from '../../../src/core/statistics/bootstrap.js';
import { countWins } from '../../../src/core/statistics/count-wins.js';
import { detectableDifference } from '../../../src/core/statistics/detectable-difference.js';
import { holm } from '../../../src/core/statistics/holm.js';
import { pairedRandomization } from '../../../src/core/statistics/paired-randomization.js';
import { pairedT } from '../../../src/core/statistics/paired-t.js';
import { createRandom } from '../../../src/core/statistics/random.js';
import { studentCritical, studentP } from '../../../src/core/statistics/student-t.js';

/** Tries every sign pattern in the plainest way. */
function naiveRandomization(differences: number[]): number {
  const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
  let extreme = 0;
  for (let pattern = 0; pattern < 2 ** differences.length; pattern++) {
    const sum = differences.reduce((total, value, i) => total + ((pattern >> i) & 1 ? -value : value), 0);
    if (Math.abs(sum) >= observed - 1e-9) extreme += 1;
  }
  return extreme / 2 ** differences.length;
}

const small = fc.array(fc.constantFrom(0, 0.1, -0.1, 0.25, -0.5, 1, 0.333), { maxLength: 11 });

describe('pairedRandomization', () => {
  it('is exact for few queries', () => {
    fc.assert(
      fc.property(small, (differences) => {
        const test = pairedRandomization(differences);
        expect(test.isExact).toBe(true);
        expect(test.p).toBeCloseTo(naiveRandomization(differences), 10);
      }),
    );
  });

  it('gives the value worked out by hand: five wins of five are 2 of 32 patterns', () => {
    expect(pairedRandomization([1, 2, 3, 4, 5]).p).toBe(2 / 32);
  });

  it('does not care which system comes first', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 60 }), (differences) => {
        const back = differences.map((value) => -value);
        expect(pairedRandomization(back).p).toBe(pairedRandomization(differences).p);
      }),
    );
  });

  it('samples above nineteen moved queries, near the exact value and the same for the same seed', () => {
    const differences = Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? -0.1 : 0.03 * (i % 3)));
    const test = pairedRandomization(differences, { seed: 7 });
    expect(test.isExact).toBe(false);
    expect(pairedRandomization(differences, { seed: 7 })).toEqual(test);
    expect(Math.abs(test.p - pairedT(differences).p)).toBeLessThan(0.03);
  });

  it('rejects a true null about as often as it says', () => {
    const random = createRandom(3);
    let rejected = 0;
    for (let trial = 0; trial < 400; trial++) {
      const differences = Array.from({ length: 30 }, () => random() - 0.5);
      if (pairedRandomization(differences, { rounds: 400, seed: trial }).p <= 0.05) rejected += 1;
    }
    expect(rejected).toBeGreaterThan(5);
    expect(rejected).toBeLessThan(40);
  });
});

describe('Student t', () => {
  it('gives the values of the printed tables', () => {
    expect(studentP(2.776445, 4)).toBeCloseTo(0.05, 6);
    expect(studentP(2.570582, 5)).toBeCloseTo(0.05, 6);
    expect(studentP(1.983972, 100)).toBeCloseTo(0.05, 6);
    expect(studentP(0, 9)).toBe(1);
    expect(studentCritical(0.05, 10)).toBeCloseTo(2.228139, 5);
    expect(studentCritical(0.01, 1)).toBeCloseTo(63.656741, 3);
  });

  it('tests the mean of paired differences', () => {
    // Mean 0.3, standard deviation 0.158114, five pairs: t = 4.242641 with 4 degrees of freedom.
    const test = pairedT([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(test.t).toBeCloseTo(4.242641, 5);
    expect(test.p).toBeCloseTo(0.013236, 5);
    expect(pairedT([0, 0, 0]).p).toBe(1);
    expect(pairedT([0.2]).p).toBe(1);
  });
});

describe('bootstrapMean', () => {
  it('gives an interval around the mean that shrinks with more queries', () => {
    const values = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 2);
    const few = bootstrapMean(values(20));
    const many = bootstrapMean(values(500));
    expect(few.mean).toBe(0.5);
    expect(few.low).toBeLessThan(0.5);
    expect(few.high).toBeGreaterThan(0.5);
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 3);
    // The normal interval of a fair coin tossed 500 times.
    expect(many.high - many.low).toBeCloseTo(2 * 1.96 * (0.5 / Math.sqrt(500)), 2);
  });

  it('gives the same numbers for the same seed, and width 0 for a constant', () => {
    const values = Float64Array.from([0.2, 0.9, 0.4]);
    expect(bootstrapMeans([values], { seed: 5 })).toEqual(bootstrapMeans([values], { seed: 5 }));
    expect(bootstrapMean([0.3, 0.3, 0.3])).toEqual({
      mean: expect.closeTo(0.3, 12),
      low: expect.closeTo(0.3, 12),
      high: expect.closeTo(0.3, 12),
    });
    expect(bootstrapMean([])).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('interpolates quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
    expect(quantile([], 0.5)).toBe(0);
  });
});

describe('holm', () => {
  it('gives the adjusted values worked out by hand, in the order given', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('never lowers a p value, keeps their order and stays within 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (pValues) => {
        const adjusted = holm(pValues);
        pValues.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          pValues.forEach((other, j) => {
            if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 1);
          });
        });
      }),
    );
  });
});

describe('countWins and detectableDifference', () => {
  it('counts wins, ties and losses', () => {
    expect(countWins([0.1, 0, -0.2, 1e-15, 0.3])).toEqual({ wins: 2, ties: 2, losses: 1 });
  });

  it('falls with the square root of the number of queries', () => {
    const differences = (count: number): number[] =>
      Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 0.1 : -0.1));
    const ratio = detectableDifference(differences(50)) / detectableDifference(differences(200));
    expect(ratio).toBeGreaterThan(1.95);
    expect(ratio).toBeLessThan(2.1);
    expect(detectableDifference([0.2, 0.2])).toBe(0);
  });
});
