import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeRanking } from '../../../src/core/metrics/judged-ranking.js';
import { parseMetric, parseMetrics } from '../../../src/core/metrics/parse-metric.js';
import { rankDocuments } from '../../../src/core/metrics/rank-documents.js';
import { scoreRun } from '../../../src/core/metrics/score-run.js';
import { type Grades, naiveOrder, naiveScore, type Scores } from './naive-scorer.js';

const NAMES = [
  ...['ndcg', 'ndcg@1', 'ndcg@3', 'ndcg@10', 'ndcg-exp', 'ndcg-exp@5', 'map', 'map@5', 'mrr', 'mrr@2', 'p', 'p@5'],
  ...['recall', 'recall@3', 'success@1', 'success@4', 'f1', 'f1@5', 'judged', 'judged@10', 'rprec', 'rbp', 'rbp@3'],
  'bpref',
];

/** Few ids and few scores, so that ties, misses and unjudged documents are common. */
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'aa', 'B', 'é', '\u{1f600}', '\uffff', '10', '9');
const scoreLists = fc.dictionary(ids, fc.constantFrom(0, 1, 1.5, -2, 0.1, 0.1 + 1e-12, 3e38, 1e-50));
const gradeLists = fc.dictionary(ids, fc.integer({ min: -2, max: 4 }));

function score(name: string, scores: Scores, grades: Grades, level = 1): number {
  const documents = Object.entries(scores).map(([id, value]) => ({ id, score: value }));
  return parseMetric(name).score(judgeRanking(documents, new Map(Object.entries(grades)), level));
}

describe('metrics', () => {
  it('agree with the naive scorer on random lists with ties, negative grades and unjudged documents', () => {
    fc.assert(
      fc.property(scoreLists, gradeLists, fc.integer({ min: 1, max: 3 }), (scores, grades, level) => {
        for (const name of NAMES) {
          expect([name, score(name, scores, grades, level)]).toEqual([
            name,
            expect.closeTo(naiveScore(name, scores, grades, level), 10),
          ]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never leave 0..1', () => {
    fc.assert(
      fc.property(scoreLists, gradeLists, (scores, grades) => {
        for (const name of NAMES) {
          const value = score(name, scores, grades);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it('give the values worked out by hand', () => {
    // Ranking: x(0) a(3) ?(none) b(1) n(-1) c(2); d(1) is never retrieved.
    const scores = { x: 9, a: 8, q: 7, b: 6, n: 5, c: 4 };
    const grades = { x: 0, a: 3, b: 1, n: -1, c: 2, d: 1 };
    const dcg = 3 / Math.log2(3) + 1 / Math.log2(5) + 2 / Math.log2(7);
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2 + 1 / Math.log2(5);
    expect(score('ndcg', scores, grades)).toBeCloseTo(dcg / ideal, 12);
    expect(score('ndcg@2', scores, grades)).toBeCloseTo(3 / Math.log2(3) / (3 + 2 / Math.log2(3)), 12);
    expect(score('ndcg-exp@2', scores, grades)).toBeCloseTo(7 / Math.log2(3) / (7 + 3 / Math.log2(3)), 12);
    expect(score('map', scores, grades)).toBeCloseTo((1 / 2 + 2 / 4 + 3 / 6) / 4, 12);
    expect(score('mrr', scores, grades)).toBe(0.5);
    expect(score('p@5', scores, grades)).toBe(0.4);
    expect(score('p@10', scores, grades)).toBe(0.3);
    expect(score('recall@4', scores, grades)).toBe(0.5);
    expect(score('success@1', scores, grades)).toBe(0);
    expect(score('rprec', scores, grades)).toBe(0.5);
    expect(score('rbp', scores, grades)).toBeCloseTo(0.2 * (0.8 + 0.8 ** 3 + 0.8 ** 5), 12);
    expect(score('judged@10', scores, grades)).toBeCloseTo(5 / 6, 12);
    // One judged non-relevant document (x) stands above every relevant one: each loses min(1, 4) / min(1, 4).
    expect(score('bpref', scores, grades)).toBe(0);
    expect(score('bpref', { ...scores, x: 7.5 }, grades)).toBeCloseTo(1 / 4, 12);
  });

  it('count a grade below the chosen level as not relevant, but keep its gain', () => {
    const scores = { a: 2, b: 1 };
    const grades = { a: 1, b: 2 };
    expect(score('p@1', scores, grades, 2)).toBe(0);
    expect(score('mrr', scores, grades, 2)).toBe(0.5);
    expect(score('ndcg', scores, grades, 2)).toBe(score('ndcg', scores, grades, 1));
  });

  it('rank ties by document id descending, in the order of UTF-8 bytes and of 32-bit scores', () => {
    const tied = ['a', 'b', '\uffff', '\u{1f600}', 'é'].map((id, i) => ({ id, score: 0.3 + i * 1e-12 }));
    const order = rankDocuments(tied).map((document) => document.id);
    expect(order).toEqual(['\u{1f600}', '\uffff', 'é', 'b', 'a']);
    expect(order).toEqual(naiveOrder(Object.fromEntries(tied.map((document) => [document.id, document.score]))));
  });
});

describe('parseMetric', () => {
  it.each([
    ['nDCG@10', 'ndcg@10'],
    ['ndcg_cut_10', 'ndcg@10'],
    ['P_5', 'p@5'],
    ['precision@5', 'p@5'],
    ['recip_rank', 'mrr'],
    ['Rprec', 'rprec'],
    ['rbp-0.95@20', 'rbp-0.95@20'],
    ['ndcg-exp@10', 'ndcg-exp@10'],
    [' map ', 'map'],
  ])('reads %s as %s', (written, name) => {
    expect(parseMetric(written).name).toBe(name);
  });

  it.each([
    '',
    'ndgc@10',
    'ndcg@0',
    'ndcg@',
    'success',
    'bpref@5',
    'rbp-1',
    'rbp-0',
    'rbp-x',
    'p@9999999999',
    'constructor',
  ])('refuses %j and says how metrics are written', (written) => {
    expect(() => parseMetric(written)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('keeps the first of two equal metrics', () => {
    expect(parseMetrics(['p@5', 'map', 'P_5']).map((metric) => metric.name)).toEqual(['p@5', 'map']);
  });
});

describe('scoreRun', () => {
  const qrels = new Map([
    ['q1', new Map([['a', 1]])],
    ['q2', new Map([['b', 1]])],
    ['q3', new Map([['c', 0]])],
  ]);
  const run = new Map([
    ['q1', [{ id: 'a', score: 1 }]],
    ['q3', [{ id: 'c', score: 1 }]],
    ['extra', [{ id: 'a', score: 1 }]],
  ]);
  const metrics = parseMetrics(['p@1']);

  it('averages over queries that are in both, those without relevant documents included', () => {
    const scores = scoreRun(run, qrels, { metrics });
    expect(scores.queries).toEqual(['q1', 'q3']);
    expect([...(scores.values.get('p@1') ?? [])]).toEqual([1, 0]);
  });

  it('counts missing queries as 0 when asked to be complete', () => {
    const scores = scoreRun(run, qrels, { metrics, complete: true });
    expect(scores.queries).toEqual(['q1', 'q2', 'q3']);
    expect([...(scores.values.get('p@1') ?? [])]).toEqual([1, 0, 0]);
  });
});
