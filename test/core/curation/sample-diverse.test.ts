import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  balanceBudget,
  sampleCentres,
  sampleMarginal,
  sampleRandom,
} from '../../../src/core/curation/sample-diverse.js';
import { dot } from '../../../src/core/ranking/cosine.js';

const unit = (angle: number): Float32Array => Float32Array.from([Math.cos(angle), Math.sin(angle)]);

describe('sampling', () => {
  test('k-centre takes one of each cluster before a second of any', () => {
    const angles = [0, 0.01, 0.02, 2, 2.01, 4, 4.01, 4.02];
    const taken = sampleCentres(angles.map(unit), 3);
    expect(new Set(taken.map((at) => Math.round((angles[at] ?? 0) / 2)))).toEqual(new Set([0, 1, 2]));
  });

  test('k-centre covers everything at most twice as badly as any other choice of the same size', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 6.28, noNaN: true }), { minLength: 4, maxLength: 9 }), (angles) => {
        const vectors = angles.map(unit);
        const radius = (chosen: readonly number[]): number =>
          Math.max(
            ...vectors.map((vector) =>
              Math.min(...chosen.map((at) => Math.acos(Math.min(1, Math.max(-1, dot(vector, vectors[at] ?? vector)))))),
            ),
          );
        const greedy = radius(sampleCentres(vectors, 2));
        let best = Number.POSITIVE_INFINITY;
        for (let a = 0; a < vectors.length; a++) for (let b = 0; b < a; b++) best = Math.min(best, radius([a, b]));
        expect(greedy).toBeLessThanOrEqual(2 * best + 1e-3);
      }),
      { seed: 6 },
    );
  });

  test('marginal relevance follows relevance at diversity 0 and leaves repeats at the end otherwise', () => {
    const vectors = [unit(0), unit(0), unit(1.5)];
    expect(sampleMarginal(vectors, [1, 0.9, 0.5], { budget: 2, diversity: 0 })).toEqual([0, 1]);
    expect(sampleMarginal(vectors, [1, 0.9, 0.5], { budget: 2, diversity: 0.7 })).toEqual([0, 2]);
  });

  test('every method gives distinct places within the budget', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { maxLength: 30 }),
        fc.nat(40),
        (angles, budget) => {
          const vectors = angles.map(unit);
          const size = Math.min(budget, vectors.length);
          for (const taken of [
            sampleCentres(vectors, budget),
            sampleMarginal(vectors, angles, { budget, diversity: 0.5 }),
            sampleRandom(vectors.length, budget, 3),
          ]) {
            expect(taken).toHaveLength(size);
            expect(new Set(taken).size).toBe(size);
          }
        },
      ),
      { seed: 7 },
    );
  });

  test('balancing spends the budget, gives small groups whole, and favours nobody', () => {
    expect(balanceBudget([100, 3, 100], 43)).toEqual([20, 3, 20]);
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }), fc.nat(300), (sizes, budget) => {
        const quotas = balanceBudget(sizes, budget);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(quotas.reduce((sum, quota) => sum + quota, 0)).toBe(Math.min(budget, total));
        const most = Math.max(...quotas);
        for (const [at, quota] of quotas.entries()) {
          expect(quota).toBeLessThanOrEqual(sizes[at] ?? 0);
          if (quota < (sizes[at] ?? 0)) expect(quota).toBeGreaterThanOrEqual(most - 1);
        }
      }),
      { seed: 8 },
    );
  });
});
