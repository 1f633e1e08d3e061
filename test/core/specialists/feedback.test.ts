import { describe, expect, test } from '@jest/globals';
import { estimatePropensities, type Feedback, feedbackCandidates } from '../../../src/core/specialists/feedback.js';
import { createRandom } from '../../../src/core/statistics/random.js';

const LOOKED_AT = [1, 0.6, 0.4, 0.3, 0.25];

/** Readers who look at places as above, and use what they look at with the chance that it answers. */
function readers(count: number, answers: number): Feedback[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, at): Feedback => {
    const rank = 2 + (at % 4);
    const isSwapped = random() < 0.5;
    const shown = ['top', 'b', 'c', 'd', 'e'];
    if (isSwapped) [shown[0], shown[rank - 1]] = [shown[rank - 1] ?? '', 'top'];
    const place = shown.indexOf('top');
    const isUsed = random() < (LOOKED_AT[place] ?? 0) * answers;
    const search = { shown, placement: { rank, isSwapped }, draft: null };
    return {
      at: '',
      task: 'q',
      specialist: '',
      tool: '',
      used: isUsed ? ['top'] : [],
      useless: [],
      isSuccess: null,
      search,
    };
  });
}

describe('position bias', () => {
  test('is found by intervention, within its interval', () => {
    const found = estimatePropensities(readers(20_000, 0.8));
    expect(found.map(({ rank }) => rank)).toEqual([2, 3, 4, 5]);
    for (const { rank, ratio, low, high } of found) {
      const truth = LOOKED_AT[rank - 1] ?? 0;
      expect(Math.abs((ratio ?? 0) - truth)).toBeLessThan(0.06);
      expect([rank, (low ?? 1) < truth + 0.02 && (high ?? 0) > truth - 0.02]).toEqual([rank, true]);
    }
  });

  test('is not guessed: few searches, or none that were moved, give no propensity and no weight', () => {
    expect(estimatePropensities(readers(100, 0.8)).every(({ ratio }) => ratio === null)).toBe(true);
    const unmoved = readers(2_000, 0.8).filter(({ search }) => search?.placement?.isSwapped === false);
    expect(estimatePropensities(unmoved).every(({ ratio }) => ratio === null)).toBe(true);
    const [first] = feedbackCandidates([
      { ...(readers(1, 1)[0] as Feedback), used: ['b'], search: { shown: ['a', 'b'], placement: null, draft: null } },
    ]);
    expect(first).toMatchObject({ passage: 'b', used: 1, weight: null });
  });

  test('is taken out of the weight of what was used', () => {
    const feedback = readers(20_000, 0.8);
    const base = feedback[0] as Feedback;
    const use = (passage: string): Feedback => ({
      ...base,
      task: 'own',
      used: [passage],
      search: { shown: ['x', 'y'], placement: null, draft: null },
    });
    const weights = feedbackCandidates([...feedback, use('x'), use('y')]).filter(({ query }) => query === 'own');
    const of = (passage: string) => weights.find((one) => one.passage === passage)?.weight ?? 0;
    expect(of('x')).toBe(1);
    expect(of('y')).toBeGreaterThan(1.4);
    expect(of('y')).toBeLessThan(2);
  });
});
