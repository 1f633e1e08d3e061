import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { furtherJudgments, WORTHWHILE_GAIN } from '../../../src/core/proof/further-judgments.js';
import { proveDifference } from '../../../src/core/proof/prove-difference.js';
import { groupQuestions } from '../../../src/core/proof/question-groups.js';
import { splitGroups } from '../../../src/core/proof/split-groups.js';
import { createRandom } from '../../../src/core/statistics/random.js';

const question = (id: string, text: string, ...documents: string[]) => ({ id, text, documents });

describe('questions that hang together', () => {
  it('are those that share an answer, directly or through others, or the same words', () => {
    const groups = groupQuestions([
      question('a', 'how to mend', 'd1'),
      question('b', 'what it costs', 'd2', 'd3'),
      question('c', 'where it is kept', 'd1', 'd3'),
      question('d', 'who makes it', 'd4'),
      question('e', 'Who makes it?', 'd5'),
    ]);
    expect(groups).toEqual([0, 0, 0, 1, 1]);
  });

  it('are never divided by a split, and folds are as even as groups allow', () => {
    const questions = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }), { maxLength: 60 });
    fc.assert(
      fc.property(questions, fc.integer({ min: 2, max: 5 }), fc.nat(), (documents, folds, seed) => {
        const made = documents.map((own, at) => question(`q${at}`, `asked ${at}`, ...own.map((d) => `d${d}`)));
        const groups = groupQuestions(made);
        const split = splitGroups(groups, folds, seed);
        const foldOf = new Map<string, number>();
        made.forEach(({ documents: own }, at) => {
          for (const document of own) expect(foldOf.get(document) ?? split[at]).toBe(split[at]);
          for (const document of own) foldOf.set(document, split[at] ?? -1);
        });
        const sizes = Array.from({ length: folds }, (_, fold) => split.filter((own) => own === fold).length);
        const largest = Math.max(0, ...groups.map((group) => groups.filter((other) => other === group).length));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(Math.max(1, largest));
        expect(splitGroups(groups, folds, seed)).toEqual(split);
      }),
    );
  });
});

/** Differences whose mean is 0 in truth, alike within groups. */
function uselessDifferences(seed: number, groups: readonly number[]): number[] {
  const random = createRandom(seed);
  const shared = new Map<number, number>();
  return groups.map((group) => {
    if (!shared.has(group)) shared.set(group, random() - 0.5);
    return (shared.get(group) ?? 0) + (random() - 0.5) * 0.2;
  });
}

describe('the proof of a difference', () => {
  it('takes groups for its units: questions that move together are no independent witnesses', () => {
    const groups = Array.from({ length: 200 }, (_, at) => Math.floor(at / 10));
    const alone = groups.map((_, at) => at);
    const rates = [groups, alone].map((units) => {
      let found = 0;
      for (let seed = 1; seed <= 100; seed++) {
        const { p } = proveDifference(uselessDifferences(seed, groups), { groups: units, level: 0.95, seed });
        if (p <= 0.05) found += 1;
      }
      return found / 100;
    });
    expect(rates[0]).toBeLessThanOrEqual(0.12); // 5% within three standard errors.
    expect(rates[1]).toBeGreaterThan(0.3); // What it would be were each question taken for a witness of its own.
  });

  it('has an interval that holds the truth as often as it says', () => {
    const groups = Array.from({ length: 120 }, (_, at) => Math.floor(at / 3));
    let held = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { low, high } = proveDifference(uselessDifferences(seed, groups), { groups, level: 0.9, seed });
      if (low <= 0 && high >= 0) held += 1;
    }
    expect(held / 100).toBeGreaterThan(0.8);
    expect(held / 100).toBeLessThan(0.98);
  });

  it('is the exact sign test where every group is one question and all gain alike', () => {
    const differences = [0.5, 0.5, 0.5, 0.5, 0.5, 0, 0];
    const proof = proveDifference(differences, { groups: [0, 1, 2, 3, 4, 5, 6], level: 0.95, seed: 1 });
    expect(proof.p).toBeCloseTo(2 / 32, 12);
    expect(proof).toMatchObject({ wins: 5, ties: 2, losses: 0, questions: 7, groups: 7 });
  });
});

describe('the number of further judgments', () => {
  it('grows as the square of the spread over the gain, and is 0 once a worthwhile gain is ruled out', () => {
    const one = furtherJudgments({ difference: 0.05, spread: 0.3, questions: 0 });
    expect(furtherJudgments({ difference: 0.05, spread: 0.6, questions: 0 })).toBeGreaterThan(3.9 * one);
    expect(one).toBe(Math.ceil(2 * (((2.241402727604947 + 0.8416212335729143) * 0.3) / 0.05) ** 2));
    expect(furtherJudgments({ difference: -0.2, spread: 0.1, questions: 500 })).toBe(0);
    expect(furtherJudgments({ difference: WORTHWHILE_GAIN / 2, spread: 0.2, questions: 100 })).toBeGreaterThan(1_000);
  });
});
