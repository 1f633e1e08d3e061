import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cohenKappa, krippendorffAlpha, type Rating } from '../../../src/core/curation/agreement.js';
import { TRUST_THRESHOLD, trustOf } from '../../../src/core/curation/judge-trust.js';

/** Ratings from rows of grades, one row per judge, undefined where a judge gave none. */
function ratingsOf(rows: readonly (readonly (number | undefined)[])[]): Rating[] {
  return rows.flatMap((row, judge) =>
    row.flatMap((grade, unit) => (grade === undefined ? [] : [{ unit: `u${unit}`, judge: `j${judge}`, grade }])),
  );
}

describe('cohenKappa', () => {
  test('gives the value worked out by hand for a table of 45, 15, 25, 15', () => {
    const first = [...Array(60).fill(1), ...Array(40).fill(0)];
    const second = [...Array(45).fill(1), ...Array(15).fill(0), ...Array(25).fill(1), ...Array(15).fill(0)];
    expect(cohenKappa(first, second)).toBeCloseTo(0.1304, 4);
  });

  test('is 1 for full agreement, null where chance explains everything, and symmetric', () => {
    expect(cohenKappa([0, 1, 2], [0, 1, 2])).toBe(1);
    expect(cohenKappa([3, 3], [3, 3])).toBeNull();
    expect(cohenKappa([], [])).toBeNull();
    const grades = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(grades, (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const [forward, backward] = [cohenKappa(a, b, 'quadratic'), cohenKappa(b, a, 'quadratic')];
        if (forward === null) expect(backward).toBeNull();
        else expect(backward).toBeCloseTo(forward, 10);
      }),
      { seed: 1 },
    );
  });
});

describe('krippendorffAlpha', () => {
  const none = undefined;
  const rows = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
    [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
  ];

  test('gives the published values of the standard example with missing ratings', () => {
    expect(krippendorffAlpha(ratingsOf(rows), 'nominal')).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(ratingsOf(rows), 'ordinal')).toBeCloseTo(0.815, 3);
    expect(krippendorffAlpha(ratingsOf(rows), 'interval')).toBeCloseTo(0.849, 3);
  });

  test('does not depend on the order of the ratings and is null without two units rated twice', () => {
    const ratings = ratingsOf(rows);
    expect(krippendorffAlpha([...ratings].reverse())).toBeCloseTo(krippendorffAlpha(ratings) ?? 0, 10);
    expect(krippendorffAlpha(ratingsOf([[1], [2]]))).toBeNull();
  });
});

describe('trustOf', () => {
  const nothing = {
    gold: 0,
    goldRight: 0,
    goldAnswers: 0,
    goldAnswersRight: 0,
    repeats: 0,
    repeatsSame: 0,
    shared: 0,
    sharedSame: 0,
    sharedAnswers: 0,
    sharedAnswersSame: 0,
    submitted: 0,
    rejected: 0,
  };

  test('starts above the threshold, rises with right gold and falls below it for a guesser', () => {
    expect(trustOf(nothing)).toBeGreaterThan(TRUST_THRESHOLD);
    expect(trustOf({ ...nothing, gold: 20, goldRight: 20, goldAnswers: 10, goldAnswersRight: 10 })).toBeGreaterThan(
      trustOf(nothing),
    );
    expect(trustOf({ ...nothing, gold: 5, goldRight: 1 })).toBeLessThan(TRUST_THRESHOLD);
  });

  test('counts agreement on answers and on the rest apart, so that the commoner verdict is no merit', () => {
    const good = { ...nothing, gold: 20, goldRight: 20, goldAnswers: 10, goldAnswersRight: 10, shared: 80 };
    const neverAnswers = { ...good, sharedSame: 60, sharedAnswers: 20, sharedAnswersSame: 0 };
    const errsAlike = { ...good, sharedSame: 68, sharedAnswers: 20, sharedAnswersSame: 17 };
    expect(trustOf(neverAnswers)).toBeLessThan(TRUST_THRESHOLD);
    expect(trustOf(errsAlike)).toBeGreaterThan(TRUST_THRESHOLD);
  });

  test('does not pass who contradicts itself in every other repetition', () => {
    const good = { ...nothing, gold: 20, goldRight: 20, goldAnswers: 10, goldAnswersRight: 10, repeats: 40 };
    expect(trustOf({ ...good, repeatsSame: 20 })).toBeLessThan(TRUST_THRESHOLD);
    expect(trustOf({ ...good, repeatsSame: 33 })).toBeGreaterThan(TRUST_THRESHOLD);
  });

  test('stays between 0 and 1, whatever happened', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (trials, wrong) => {
        const right = Math.max(0, trials - wrong);
        const trust = trustOf({
          ...nothing,
          gold: trials,
          goldRight: right,
          submitted: trials,
          rejected: trials - right,
        });
        expect(trust).toBeGreaterThan(0);
        expect(trust).toBeLessThanOrEqual(1);
      }),
      { seed: 2 },
    );
  });
});
