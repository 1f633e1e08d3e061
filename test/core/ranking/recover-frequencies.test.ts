import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recoverFrequencies, type ScoredRow } from '../../../src/core/ranking/recover-frequencies.js';

const K1 = 1.2;
const B = 0.75;

interface Body {
  readonly total: number;
  readonly mean: number;
  readonly frequencies: readonly number[];
  readonly boosts: readonly number[];
  readonly rows: readonly Omit<ScoredRow, 'score'>[];
}

/** Scores as the engine gives them: BM25 in single precision. */
function scored({ total, mean, frequencies, boosts, rows }: Body): ScoredRow[] {
  return rows.map(({ counts, length }) => {
    const score = counts.reduce((sum, count, at) => {
      const idf = Math.log((total + 1) / ((frequencies[at] ?? 0) + 0.5));
      return sum + ((boosts[at] ?? 1) * idf * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / mean));
    }, 0);
    return { counts, length, score: Math.fround(score) };
  });
}

const bodies = fc
  .record({
    total: fc.integer({ min: 500, max: 200_000 }),
    mean: fc.double({ min: 20, max: 400, noNaN: true }),
    words: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer(),
  })
  .chain(({ total, mean, words }) =>
    fc.record({
      total: fc.constant(total),
      mean: fc.constant(mean),
      frequencies: fc.array(fc.integer({ min: 1, max: total >> 1 }), { minLength: words, maxLength: words }),
      boosts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: words, maxLength: words }),
      rows: fc.array(
        fc.record({
          counts: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: words, maxLength: words }),
          length: fc.integer({ min: 5, max: 800 }),
        }),
        { minLength: 50, maxLength: 50 },
      ),
    }),
  );

describe('recoverFrequencies', () => {
  it('gives no wrong frequency, and nearly all of them', () => {
    let known = 0;
    let asked = 0;
    fc.assert(
      fc.property(bodies, (body) => {
        const { total, boosts, frequencies } = body;
        const recovered = recoverFrequencies(scored(body), { boosts, total, pivot: undefined });
        for (const [at, frequency] of (recovered?.frequencies ?? []).entries()) {
          asked += 1;
          if (frequency === undefined) continue;
          known += 1;
          expect(frequency).toBe(frequencies[at]);
        }
      }),
      { seed: 11, numRuns: 200 },
    );
    // Of a term that stands in half of a hundred thousand rows the scores do not tell each row.
    expect(known).toBeGreaterThan(asked * 0.5);
  });

  it('takes the mean length from an earlier query', () => {
    const body = {
      total: 1000,
      mean: 80,
      frequencies: [7, 90],
      boosts: [1, 1],
      rows: Array.from({ length: 20 }, (_, n) => ({ counts: [n % 3, (n >> 1) % 2], length: 80 })),
    };
    const { frequencies } = recoverFrequencies(scored(body), { ...body, pivot: (K1 * B) / 80 }) ?? {};
    expect(frequencies).toEqual([7, 90]);
  });

  it('tells nothing of terms that always stand together, or that stand in no row', () => {
    const body = {
      total: 1000,
      mean: 80,
      frequencies: [7, 9, 20, 5],
      boosts: [1, 1, 1, 1],
      rows: Array.from({ length: 40 }, (_, n) => ({ counts: [n % 3, n % 3, n % 4, 0], length: 40 + 3 * (n % 7) })),
    };
    const { frequencies } = recoverFrequencies(scored(body), { ...body, pivot: undefined }) ?? {};
    expect(frequencies).toEqual([undefined, undefined, 20, undefined]);
  });

  it('takes no scores that were made another way', () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({
      counts: [n % 3, n % 4],
      length: 50 + n,
      score: 3 + Math.sin(n),
    }));
    expect(recoverFrequencies(rows, { boosts: [1, 1], total: 1000, pivot: undefined })).toBeUndefined();
  });
});
