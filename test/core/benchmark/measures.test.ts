import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bestAbstention, measureAbstention } from '../../../src/core/benchmark/abstention.js';
import { answeredWithin } from '../../../src/core/benchmark/answerability.js';
import { scoreChunks } from '../../../src/core/benchmark/chunk-scores.js';
import { compareScores, describeComparison } from '../../../src/core/benchmark/compare-scores.js';
import { drawCurves } from '../../../src/core/benchmark/curves.js';
import { foldHits } from '../../../src/core/benchmark/fold-hits.js';
import { intersectSpans, lengthOf, mergeSpans } from '../../../src/core/benchmark/spans.js';
import { expectedCalibrationError } from '../../../src/core/statistics/calibration.js';
import { fitOutOfFold } from '../../../src/core/statistics/platt.js';
import { separation } from '../../../src/core/statistics/separation.js';

const spanLists = fc.array(
  fc.tuple(fc.nat(40), fc.nat(12)).map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 8 },
);
const charactersOf = (spans: readonly { start: number; end: number }[]): Set<number> =>
  new Set(spans.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));
const inDocument = (spans: readonly { start: number; end: number }[], document = 'd') =>
  spans.map((span) => ({ ...span, document }));

describe('spans', () => {
  it('merge and intersect as sets of characters do', () => {
    fc.assert(
      fc.property(spanLists, spanLists, (a, b) => {
        const left = charactersOf(a);
        const both = [...charactersOf(b)].filter((character) => left.has(character));
        expect(lengthOf(mergeSpans(a))).toBe(left.size);
        expect(lengthOf(intersectSpans(mergeSpans(a), mergeSpans(b)))).toBe(both.length);
      }),
    );
  });
});

describe('chunk scores', () => {
  it('agree with counting characters, for chunks that do not overlap', () => {
    fc.assert(
      fc.property(spanLists, fc.uniqueArray(fc.nat(5), { maxLength: 6 }), (references, taken) => {
        const chunks = Array.from({ length: 6 }, (_, i) => ({ start: i * 9, end: (i + 1) * 9 }));
        const retrieved = taken.flatMap((i) => chunks[i] ?? []);
        const scores = scoreChunks(inDocument(references), inDocument(retrieved), inDocument(chunks));
        const wanted = charactersOf(references);
        const got = charactersOf(retrieved);
        const common = [...got].filter((character) => wanted.has(character)).length;
        const union = new Set([...got, ...wanted]).size;
        expect(scores.recall).toBeCloseTo(wanted.size === 0 ? 0 : common / wanted.size, 12);
        expect(scores.precision).toBeCloseTo(got.size === 0 ? 0 : common / got.size, 12);
        expect(scores.iou).toBeCloseTo(union === 0 ? 0 : common / union, 12);
        const touching = chunks.filter(({ start, end }) => [...wanted].some((c) => c >= start && c < end));
        const held = [...wanted].filter((c) => c < 54).length;
        expect(scores.precisionOmega).toBeCloseTo(touching.length === 0 ? 0 : held / (touching.length * 9), 12);
      }),
    );
  });

  it('do not take a span of another document', () => {
    const [reference] = inDocument([{ start: 0, end: 10 }]);
    const elsewhere = inDocument([{ start: 0, end: 10 }], 'other');
    expect(scoreChunks(reference === undefined ? [] : [reference], elsewhere, elsewhere)).toEqual({
      recall: 0,
      precision: 0,
      iou: 0,
      precisionOmega: 0,
    });
  });
});

describe('answerability', () => {
  const chunk = (start: number, tokens: number, document = 'd') => ({ document, start, end: start + 10, tokens });

  it('reads chunks in order until the next would not fit, and wants the whole span', () => {
    const reference = [{ document: 'd', start: 5, end: 15 }];
    const ranked = [chunk(50, 300), chunk(0, 150), chunk(10, 100)];
    expect(answeredWithin(reference, ranked, 500)).toBe(0);
    expect(answeredWithin(reference, ranked, 550)).toBe(1);
  });

  it('gives the first chunk whatever it costs, and never counts more for less', () => {
    expect(answeredWithin([{ document: 'd', start: 0, end: 5 }], [chunk(0, 900)], 500)).toBe(1);
    const ranked = fc.array(
      fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 200 })).map(([start, tokens]) => chunk(start, tokens)),
    );
    fc.assert(
      fc.property(ranked, spanLists, fc.nat(800), fc.nat(800), (chunks, references, one, other) => {
        const wanted = inDocument(references.filter((span) => span.end > span.start));
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        expect(answeredWithin(wanted, chunks, small)).toBeLessThanOrEqual(answeredWithin(wanted, chunks, large));
      }),
    );
  });
});

describe('folding', () => {
  it('keeps the best score of each document, best first, and drops the query itself', () => {
    const hits = [
      { document: 'b', score: 1 },
      { document: 'a', score: 3 },
      { document: 'b', score: 4 },
      { document: 'q', score: 9 },
    ];
    expect(foldHits(hits, 'q')).toEqual([
      { id: 'b', score: 4 },
      { id: 'a', score: 3 },
    ]);
  });
});

describe('separation', () => {
  it('is the share of pairs in the right order, ties half', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const expected = pairs.reduce((sum: number, value) => sum + value, 0) / pairs.length;
        expect(separation(positives, negatives).auc).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('puts the threshold between the groups', () => {
    expect(separation([5, 6, 7], [1, 2, 3])).toEqual({ auc: 1, threshold: 4 });
  });

  it('says nothing about too few queries, and takes the better of two signals', () => {
    const options = { signal: 'bm25', seed: 1 };
    expect(measureAbstention([1, 2, 3, 4], [1, 2], options)).toBeUndefined();
    const good = measureAbstention([5, 6, 7, 8], [1, 2, 3], options);
    const bad = measureAbstention([1, 2, 3, 4], [5, 6, 7], { ...options, signal: 'cosine' });
    expect(bestAbstention([bad, undefined, good])?.signal).toBe('bm25');
    expect(good).toMatchObject({ auc: 1, answerable: 4, unanswerable: 3 });
  });
});

describe('calibration', () => {
  it('is the gap between confidence and truth', () => {
    expect(expectedCalibrationError([0.9, 0.9, 0.9, 0.9], [true, true, true, true])).toBeCloseTo(0.1, 12);
    expect(expectedCalibrationError([], [])).toBe(0);
  });

  it('fits probabilities on folds that a case is not in', () => {
    const scores = Array.from({ length: 200 }, (_, i) => i / 200);
    const truths = scores.map((score, i) => (i * 7919) % 200 < score * 200);
    const confidences = fitOutOfFold(scores, truths, 1);
    expect(confidences.every((confidence) => confidence > 0 && confidence < 1)).toBe(true);
    expect(confidences[180]).toBeGreaterThan(confidences[20] ?? 1);
    expect(expectedCalibrationError(confidences, truths)).toBeLessThan(0.12);
    // Separable cases must not drive the fit to infinity.
    expect(fitOutOfFold([1, 2, 3, 4, 5, 6], [false, false, false, true, true, true], 1).every(Number.isFinite)).toBe(
      true,
    );
  });
});

describe('curves', () => {
  it('give recall by rank and interpolated precision, worked out by hand', () => {
    const results = new Map([['q', ['x', 'a', 'y', 'b'].map((id, i) => ({ id, score: -i }))]]);
    const qrels = new Map([
      [
        'q',
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ],
      ['none', new Map([['z', 0]])],
    ]);
    const curves = drawCurves('run', results, qrels, 5);
    expect(curves.recall).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(curves.precision).toEqual(new Array(11).fill(0.5));
  });
});

describe('comparisons', () => {
  const run = (name: string, values: number[]) => ({
    name,
    scores: { queries: values.map((_, i) => `q${i}`), values: new Map([['ndcg@10', Float64Array.from(values)]]) },
  });
  const values = Array.from({ length: 60 }, (_, i) => (i % 7) / 10);

  it('let the words follow the numbers', () => {
    const better = run(
      'better',
      values.map((value) => value + 0.1),
    );
    const jitter = run(
      'jitter',
      values.map((value, i) => value + (i % 2 === 0 ? 0.05 : -0.05)),
    );
    const found = compareScores([run('base', values), better, jitter, run('same', values)], ['ndcg@10'], {
      seed: 1,
      pairing: 'first',
    });
    expect(found.map((comparison) => [comparison.b, comparison.verdict])).toEqual([
      ['better', 'better'],
      ['jitter', 'no evidence of a difference'],
      ['same', 'identical'],
    ]);
    expect(found.map(describeComparison)).toEqual([
      expect.stringMatching(/^better is better than base \(\+0\.100 ndcg@10/),
      expect.stringMatching(/^There is no evidence of a difference between jitter and base/),
      'same and base score the same on every query by ndcg@10.',
    ]);
  });

  it('pair only queries that both runs scored', () => {
    const short = {
      name: 'short',
      scores: { queries: ['q1', 'other'], values: new Map([['ndcg@10', Float64Array.from([1, 1])]]) },
    };
    const [comparison] = compareScores([run('base', [0, 0.5, 0]), short], ['ndcg@10'], { seed: 1 });
    expect(comparison).toMatchObject({ queries: 1, difference: 0.5, wins: 1 });
  });
});
