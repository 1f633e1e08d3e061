import { describe, expect, test } from '@jest/globals';
import { plainEngine } from '../../../src/core/training/contrastive-engine.js';
import {
  correctBias,
  PackScratch,
  packLists,
  plainKernels,
  type RowKernels,
} from '../../../src/core/training/embedding-bag.js';
import { PairCorpus, splitSentences } from '../../../src/core/training/pair-corpus.js';
import { BatchSource } from '../../../src/core/training/pair-sampler.js';
import { turnToPrincipalAxes } from '../../../src/core/training/principal-axes.js';
import { dequantizeRows, quantizeRows } from '../../../src/core/training/quantize.js';
import { createRandom } from '../../../src/core/training/random.js';
import { inverseFrequencyWeights, scheduleRate } from '../../../src/core/training/static-trainer.js';
import { trainingConfigSchema } from '../../../src/core/training/training-config.js';
import { learnVocabulary } from '../../../src/core/training/vocabulary.js';
import { createWasmKernels } from '../../../src/core/training/wasm-kernels.js';
import { createOnnxEngine } from '../../../src/train/onnx-engine.js';

function unitRows(rows: number, dimensions: number, seed: number): Float32Array {
  const random = createRandom(seed);
  const result = Float32Array.from({ length: rows * dimensions }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const entries = result.subarray(row * dimensions, (row + 1) * dimensions);
    const norm = Math.hypot(...entries);
    entries.forEach((entry, at) => {
      entries[at] = entry / norm;
    });
  }
  return result;
}

function randomBatch(count: number, candidates: number, dimensions: number) {
  return {
    queries: unitRows(count, dimensions, 1),
    passages: unitRows(candidates, dimensions, 2),
    dimensions,
    queryGroups: Int32Array.from({ length: count }, (_, place) => place % 7),
    passageGroups: Int32Array.from({ length: candidates }, (_, place) => place % 7),
  };
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((gap, entry, at) => Math.max(gap, Math.abs(entry - (b[at] ?? Number.NaN))), 0);

describe('the contrastive engines', () => {
  test('agree with each other, further negatives and fellow sections included', async () => {
    const engine = createOnnxEngine(1);
    const batch = randomBatch(24, 31, 16);
    const fast = await engine.contrast(batch, 0.07);
    const plain = await plainEngine.contrast(batch, 0.07);
    expect(fast.loss).toBeCloseTo(plain.loss, 4);
    expect(largestGap(fast.queryGradients, plain.queryGradients)).toBeLessThan(1e-5);
    expect(largestGap(fast.passageGradients, plain.passageGradients)).toBeLessThan(1e-5);
    await engine.close();
  });

  test('give the gradient that differences of the loss give', async () => {
    const batch = randomBatch(6, 6, 8);
    const { queryGradients, passageGradients } = await plainEngine.contrast(batch, 0.2);
    for (const [array, gradients] of [
      [batch.queries, queryGradients],
      [batch.passages, passageGradients],
    ] as const) {
      for (const at of [0, 5, 13, 47]) {
        const kept = array[at] ?? 0;
        array[at] = kept + 1e-3;
        const above = (await plainEngine.contrast(batch, 0.2)).loss;
        array[at] = kept - 1e-3;
        const below = (await plainEngine.contrast(batch, 0.2)).loss;
        array[at] = kept;
        expect(gradients[at]).toBeCloseTo((above - below) / 2e-3, 3);
      }
    }
  });
});

describe('the row kernels', () => {
  test('do the same on vectors as in plain loops', () => {
    const [rows, dimensions, count] = [60, 32, 20];
    const random = createRandom(4);
    const lists = Array.from({ length: count }, () => Array.from({ length: 15 }, () => random.below(rows)));
    const packed = packLists(lists, new PackScratch(rows));
    const results = [plainKernels, createWasmKernels(5 * rows * dimensions + 2 * count * dimensions)].map((kernels) =>
      runKernels(kernels, packed, { rows, dimensions, count }),
    );
    results[0]?.forEach((array, number) => {
      expect(largestGap(array, results[1]?.[number] ?? [])).toBeLessThan(1e-4);
    });
  });

  test('pack repeated tokens as one entry with a count', () => {
    const packed = packLists([[3, 5, 3], [5]], new PackScratch(8));
    expect([...packed.tokens]).toEqual([3, 5, 5]);
    expect([...packed.counts]).toEqual([2, 1, 1]);
    expect([...packed.offsets]).toEqual([0, 2, 3]);
    expect([...packed.rows]).toEqual([3, 5]);
  });
});

function runKernels(
  kernels: RowKernels,
  packed: ReturnType<typeof packLists>,
  size: { rows: number; dimensions: number; count: number },
): Float32Array[] {
  const random = createRandom(9);
  const table = kernels.allocate(size.rows * size.dimensions);
  const first = kernels.allocate(table.length);
  const second = kernels.allocate(table.length);
  const gradients = kernels.allocate(table.length);
  const sums = kernels.allocate(size.count * size.dimensions);
  const listGradients = kernels.allocate(sums.length);
  for (const array of [table, listGradients]) for (const at of array.keys()) array[at] = random.normal();
  const state = { table, first, second, dimensions: size.dimensions, rowRates: new Float32Array(size.rows).fill(0.5) };
  for (let step = 1; step <= 3; step++) {
    kernels.sumRows(table, packed, size.dimensions, sums);
    kernels.spreadGradients(listGradients, packed, size.dimensions, gradients);
    kernels.updateRows(state, packed, gradients, correctBias(0.01, step));
  }
  return [table, first, second, sums];
}

describe('the vocabulary', () => {
  const counts = new Map([
    ['search', 90],
    ['searching', 8],
    ['searches', 6],
    ['walking', 7],
    ['walk', 30],
    ['rare', 1],
  ]);

  test('holds frequent words, endings of other words and every alphabet that text may come in', () => {
    const vocabulary = learnVocabulary(counts, { size: 1_000, continuations: 5, minimumCount: 20 });
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
    expect(vocabulary).toEqual(expect.arrayContaining(['search', 'walk', '##ing', '##es', 'a', '##a', 'ж', '##あ']));
    expect(vocabulary).not.toContain('rare');
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
  });

  test('does not depend on the order in which words were counted', () => {
    const options = { size: 1_000, continuations: 5, minimumCount: 2 };
    expect(learnVocabulary(new Map([...counts].reverse()), options)).toEqual(learnVocabulary(counts, options));
  });
});

describe('the sampler', () => {
  const corpus = new PairCorpus();
  const encode = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0) % 50);
  for (let number = 0; number < 60; number++) {
    corpus.add(
      {
        kind: 'doc',
        source: `owner/${number % 5}`,
        anchors: [`Page ${number % 12}`, 'Section'],
        text: 'The first sentence is here. A second one follows. Then a third. At last a fourth.',
      },
      encode,
    );
  }
  const config = trainingConfigSchema.parse({ batchSize: 16, heldOutShare: 0, vocabularySize: 300 });
  const options = { maxTokens: 40, keepSentence: 0.3, addAnchors: 1, keywordWeights: new Float64Array(50).fill(1) };

  test('goes on with the same batches from a saved position, also in a later pass', () => {
    const source = new BatchSource({ corpus, config, options });
    for (let step = 0; step < source.batchesPerPass + 2; step++) source.next();
    // Through JSON, as the checkpoint file does it.
    const position = JSON.parse(JSON.stringify(source.save()));
    const restored = new BatchSource({ corpus, config, options }, position);
    for (let step = 0; step < 12; step++) expect(restored.next()).toEqual(source.next());
  });

  test('keeps views within their longest length and sections of one page in one group', () => {
    const pairs = new BatchSource({ corpus, config, options }).next();
    for (const { query, passage } of pairs) expect(Math.max(query.length, passage.length)).toBeLessThanOrEqual(40);
    expect(corpus.group(0)).toBe(corpus.group(60 - 60));
    expect(corpus.group(0)).not.toBe(corpus.group(1));
  });

  test('cuts sentences at stops before capitals only', () => {
    expect(splitSentences('Use v1.2 now. It works, e.g. here. "Yes!" she said.')).toEqual([
      'Use v1.2 now.',
      'It works, e.g. here.',
      '"Yes!" she said.',
    ]);
  });
});

describe('the principal axes', () => {
  test('keep every dot product and put the widest direction first', () => {
    const [rows, dimensions] = [50, 8];
    const random = createRandom(8);
    const table = Float32Array.from(
      { length: rows * dimensions },
      (_, at) => random.normal() * (at % dimensions === 5 ? 4 : 1),
    );
    const turned = table.slice();
    turnToPrincipalAxes(turned, dimensions, new Float64Array(rows).fill(2));
    const dotOf = (array: Float32Array, a: number, b: number): number =>
      array
        .subarray(a * dimensions, (a + 1) * dimensions)
        .reduce((sum, entry, at) => sum + entry * (array[b * dimensions + at] ?? 0), 0);
    for (let row = 1; row < rows; row++) expect(dotOf(turned, 0, row)).toBeCloseTo(dotOf(table, 0, row), 3);
    const spread = (dimension: number): number =>
      turned.reduce((sum, entry, at) => sum + (at % dimensions === dimension ? entry * entry : 0), 0);
    for (let dimension = 1; dimension < dimensions; dimension++) expect(spread(0)).toBeGreaterThan(spread(dimension));
  });
});

describe('weights and rates', () => {
  test('round to 8 bits within half a step, with special rows fixed', () => {
    const random = createRandom(6);
    const table = Float32Array.from({ length: 20 * 16 }, () => random.normal());
    const weights = quantizeRows(table, 16);
    const back = dequantizeRows(weights);
    for (let row = 5; row < 20; row++) {
      const gap = largestGap(back.subarray(row * 16, row * 16 + 16), table.subarray(row * 16, row * 16 + 16));
      expect(gap).toBeLessThanOrEqual((weights.scales[row] ?? 0) * 0.5001);
    }
    expect(weights.scales[2]).toBeCloseTo(1e-6, 9);
    expect(weights.scales[0]).toBe(0);
  });

  test('rare tokens weigh more, and the step size rises and falls', () => {
    const [frequent = 0, rare = 0, absent = 0] = inverseFrequencyWeights(Float64Array.of(9_990, 10, 0), 1e-3);
    expect(frequent).toBeLessThan(rare);
    expect(absent).toBe(1);
    const config = trainingConfigSchema.parse({ warmUpSteps: 10 });
    expect(scheduleRate(5, 100, config)).toBe(0.5);
    expect(scheduleRate(10, 100, config)).toBe(1);
    expect(scheduleRate(100, 100, config)).toBe(0);
  });
});
