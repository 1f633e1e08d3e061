import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  chooseNegatives,
  NEGATIVE_RULES,
  type NegativeCandidate,
  type NegativeQuery,
  scoreCeiling,
} from '../../../src/core/curation/hard-negatives.js';
import { plainWords, shingleHashes } from '../../../src/core/curation/shingles.js';

const candidate = (id: string, score: number, rank: number, text = `text of ${id}`): NegativeCandidate => ({
  id,
  documentId: `doc-${id}`,
  text,
  licence: '',
  score,
  rank,
  shingles: shingleHashes(plainWords(text)),
  key: text,
});
const query: NegativeQuery = {
  positiveScore: 0.8,
  positiveDocuments: new Set(['doc-own']),
  positiveKeys: new Set(['the known answer']),
  positiveShingles: [shingleHashes(plainWords('one two three four five six seven eight nine ten'))],
};

describe('scoreCeiling', () => {
  test('lies below the positive score, for negative scores too', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (score, margin) => {
          expect(scoreCeiling(score, { relativeMargin: margin, absoluteMargin: 0 })).toBeLessThanOrEqual(score);
        },
      ),
      { seed: 1 },
    );
    expect(scoreCeiling(-0.5, { relativeMargin: 0.1, absoluteMargin: 0 })).toBeCloseTo(-0.55);
    expect(scoreCeiling(0.8, { relativeMargin: 0.05, absoluteMargin: 0.2 })).toBeCloseTo(0.6);
  });
});

describe('chooseNegatives', () => {
  test('a passage that holds the answer is no negative, however much else it holds', () => {
    const around =
      'A long page says much before it. One two three four five six seven eight nine ten. And much behind it, too.';
    const choice = chooseNegatives(query, [candidate('page', 0.7, 1, around), candidate('other', 0.6, 2)]);
    expect(choice.negatives.map((negative) => negative.id)).toEqual(['other']);
    expect(choice.skipped['near-duplicate']).toBe(1);
  });

  test('counts each candidate under the rule that kept it out', () => {
    const choice = chooseNegatives(
      query,
      [
        { ...candidate('own', 0.7, 1) },
        candidate('known', 0.7, 2, 'the known answer'),
        candidate('copy', 0.7, 3, 'One two three four five six seven eight nine ten!'),
        candidate('close', 0.79, 4),
        candidate('far', 0.7, 101),
        candidate('a', 0.6, 5),
        candidate('again', 0.5, 6, 'text of a'),
        candidate('b', 0.55, 7),
        candidate('c', 0.5, 8),
        candidate('d', 0.45, 9),
      ],
      { ...NEGATIVE_RULES, perAnchor: 3 },
    );
    expect(choice.negatives.map((negative) => negative.id)).toEqual(['a', 'b', 'c']);
    expect(choice.skipped).toEqual({
      'rank-window': 1,
      'same-document': 1,
      'known-positive': 1,
      'near-duplicate': 1,
      repeated: 1,
      'max-score': 0,
      'min-score': 0,
      margin: 1,
      surplus: 1,
    });
  });

  test('sends a top candidate that scores above the positive to review', () => {
    const choice = chooseNegatives(query, [candidate('better', 0.9, 1), candidate('late', 0.9, 9)]);
    expect(choice.suspicious.map((found) => found.id)).toEqual(['better']);
    expect(choice.negatives).toEqual([]);
  });

  test('accounts for every candidate, whatever the rules', () => {
    const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.constantFrom('top' as const, 'random' as const), fc.nat(50), (values, sampling, seed) => {
        const candidates = values.map((score, at) => candidate(`n${at}`, score, at + 1));
        const rules = { ...NEGATIVE_RULES, sampling, seed, maxScore: 0.6, minScore: -0.5 };
        const choice = chooseNegatives(query, candidates, rules);
        const skipped = Object.values(choice.skipped).reduce((sum, count) => sum + count, 0);
        expect(choice.negatives.length + skipped).toBe(candidates.length);
        for (const negative of choice.negatives) {
          expect(negative.score).toBeLessThanOrEqual(0.6);
          expect(negative.score).toBeLessThanOrEqual(scoreCeiling(query.positiveScore, rules));
        }
        expect(chooseNegatives(query, [...candidates].reverse(), rules)).toEqual(choice);
      }),
      { seed: 2 },
    );
  });
});
