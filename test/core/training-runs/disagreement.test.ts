import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evidenceAbove, evidenceBelow } from '../../../src/core/statistics/betting.js';
import { pairedRandomization } from '../../../src/core/statistics/paired-randomization.js';
import { createRandom } from '../../../src/core/statistics/random.js';
import { creditTeams, draftTeams } from '../../../src/core/statistics/team-draft.js';
import {
  decideJudging,
  disagreements,
  planJudging,
  plannedGain,
} from '../../../src/core/training-runs/disagreement.js';

describe('evidence by betting', () => {
  it('reaches 1 / alpha at most as often as alpha says, however often one looks, where a fixed test would not', () => {
    let [bets, tests] = [0, 0];
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const values: number[] = [];
      let [isBet, isTested] = [false, false];
      for (let step = 0; step < 120; step++) {
        values.push(random() < 0.5 ? 0 : random() * 2 - 1);
        if (evidenceAbove(values, 0) >= 20) isBet = true;
        if (step % 12 === 11 && pairedRandomization(values, { seed, rounds: 200 }).p <= 0.05) isTested = true;
      }
      bets += Number(isBet);
      tests += Number(isTested);
    }
    expect(bets / 200).toBeLessThanOrEqual(0.05);
    expect(tests / 200).toBeGreaterThan(0.08);
  });

  it('grows where the mean lies above, whatever the order, and never both ways at once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 60 }), (values) => {
        const above = evidenceAbove(values, 0);
        expect(evidenceAbove([...values].reverse(), 0)).toBeCloseTo(above, 6);
        expect(above > 20 && evidenceBelow(values, 0) > 20).toBe(false);
      }),
    );
    expect(evidenceAbove(new Array(30).fill(0.3), 0)).toBeGreaterThan(20);
  });
});

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;

describe('documents on which rankings disagree', () => {
  it('tell the difference of DCG on the mean over all draws, and never more than the whole', () => {
    const ranking = fc.shuffledSubarray([...NAMES], { minLength: 1 });
    const grades = fc.dictionary(fc.constantFrom(...NAMES), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(ranking, ranking, grades, (before, after, judged) => {
        const dcg = (list: readonly string[]): number =>
          list.slice(0, 10).reduce((sum, id, at) => sum + (judged[id] ?? 0) / Math.log2(at + 2), 0);
        const found = disagreements(before, after);
        const { most, items } = planJudging(found, 0);
        const much = items.flatMap(({ weight, document }) => (weight === 1 ? [judged[document] ?? 0] : []));
        const ideal = much.sort((x, y) => y - x).reduce((total, gain, at) => total + gain / Math.log2(at + 2), 0);
        const draws = 500;
        let [sum, largest] = [0, 0];
        for (let at = 0; at < draws; at++) {
          const plan = planJudging(found, (at + 0.5) / draws);
          const gain = plannedGain(
            plan,
            plan.items.map(({ document }) => judged[document] ?? 0),
          );
          largest = Math.max(largest, Math.abs(gain), plan.most - most);
          sum += gain;
        }
        expect(largest).toBeLessThanOrEqual(1 + 1e-9);
        const told = dcg(after) - dcg(before);
        const share = (sum / draws) * most;
        // A draw of the grid may fall on the other side of each border.
        expect(share * Math.sign(told)).toBeGreaterThan(-0.05);
        expect(Math.abs(share)).toBeLessThan(Math.abs(told) + 0.05);
        if (ideal <= 1) expect(Math.abs(share - told)).toBeLessThan(0.05);
      }),
      { numRuns: 30 },
    );
    expect(disagreements(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual([]);
  });

  it('ask about every document that moves much, and about one at most of those that move little', () => {
    const before = NAMES.slice(0, 10);
    const after = ['c', 'b', 'a', 'd', 'f', 'e', 'h', 'g', 'j', 'i'];
    const found = disagreements(before, after);
    expect(found).toHaveLength(8);
    for (const draw of [0, 0.3, 0.6, 0.99]) {
      const asked = planJudging(found, draw).items.map(({ document }) => document);
      expect(asked.slice(0, 2).sort()).toEqual(['a', 'c']);
      expect(asked.length).toBeLessThanOrEqual(3);
    }
  });

  it('decide a gain where many gain a little and few lose much at most as often as is said', () => {
    let wrong = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const values: number[] = [];
      for (let step = 0; step < 200; step++) {
        values.push(random() < 0.05 ? -0.95 : 0.05);
        if (step % 10 === 9 && decideJudging(values).verdict === 'gain') {
          wrong += 1;
          break;
        }
      }
    }
    expect(wrong / 300).toBeLessThanOrEqual(0.025);
  });
});

describe('team-draft interleaving', () => {
  it('shows every result once and favours neither of two equal rankings, whichever positions are used', () => {
    const ranking = Array.from({ length: 12 }, (_, at) => `d${at}`);
    let a = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const drafted = draftTeams(ranking, [...ranking].reverse(), { seed, length: 10 });
      expect(new Set(drafted.map(({ id }) => id)).size).toBe(10);
      if (
        creditTeams(
          drafted,
          drafted.slice(0, 1).map(({ id }) => id),
        ) === 'a'
      )
        a += 1;
    }
    expect(a / 400).toBeGreaterThan(0.42);
    expect(a / 400).toBeLessThan(0.58);
  });

  it('credits the ranking that has what is used higher', () => {
    const good = ['x', 'p', 'q', 'r'];
    const bad = ['p', 'q', 'r', 's'];
    let [wins, losses] = [0, 0];
    for (let seed = 1; seed <= 200; seed++) {
      const winner = creditTeams(draftTeams(good, bad, { seed, length: 4 }), ['x']);
      wins += Number(winner === 'a');
      losses += Number(winner === 'b');
    }
    expect(wins).toBe(200);
    expect(losses).toBe(0);
  });
});
