import { describe, expect, it } from '@jest/globals';
import { compare, grandMean } from '../../../scripts/evaluate/compare.js';
import { foldDocuments, ScoreBoard, scoreRanking } from '../../../scripts/evaluate/rankings.js';

describe('rankings of documents', () => {
  it('keep a document where it appears first', () => {
    expect(foldDocuments(['b', 'a', 'b', 'c', 'a'])).toEqual(['b', 'a', 'c']);
  });

  it('count a document of grade 2 among the first k, and gain by grade', () => {
    const judgments = new Map([
      ['partial', 1],
      ['answer', 2],
    ]);
    const scores = scoreRanking(['partial', 'other', 'answer'], judgments);
    expect(scores['S@1']).toBe(0);
    expect(scores['S@5']).toBe(1);
    expect(scores['nDCG@10']).toBeCloseTo((1 + 2 / 2) / (2 + 1 / Math.log2(3)), 12);
    expect(scoreRanking(['answer', 'partial'], judgments)).toEqual({ 'nDCG@10': 1, 'S@1': 1, 'S@5': 1 });
  });

  it('count a question without an answer as 0', () => {
    const board = new ScoreBoard();
    const qrels = new Map([
      ['q1', new Map([['a', 2]])],
      ['q2', new Map([['b', 2]])],
    ]);
    board.addRankings({ configuration: 'hybrid', collection: 'docs' }, new Map([['q1', ['a']]]), qrels);
    expect(board.get('S@1', 'hybrid').get('docs')).toEqual(
      new Map([
        ['q1', 1],
        ['q2', 0],
      ]),
    );
    expect(grandMean(board.get('S@1', 'hybrid'))).toBe(0.5);
  });
});

describe('differences of two configurations', () => {
  const scores = (rows: Record<string, number[]>) =>
    new Map(Object.entries(rows).map(([name, values]) => [name, new Map(values.map((value, i) => [`q${i}`, value]))]));

  it('count every collection alike in the mean, however many questions it has', () => {
    const before = scores({ small: [0, 0], large: [0, 0, 0, 0, 0, 0, 0, 0] });
    const after = scores({ small: [1, 1], large: [0, 0, 0, 0, 0, 0, 0, 0] });
    const { mean, collections } = compare(before, after);
    expect(mean.mean).toBeCloseTo(0.5, 12);
    expect(collections.get('small')).toMatchObject({ mean: 1, low: 1, high: 1 });
    expect(collections.get('large')).toMatchObject({ mean: 0, p: 1 });
  });

  it('look only at collections and questions that both have', () => {
    const { collections } = compare(scores({ a: [0.5] }), scores({ a: [0.75, 1], b: [1] }));
    expect([...collections]).toHaveLength(1);
    expect(collections.get('a')?.mean).toBe(0.25);
  });
});
