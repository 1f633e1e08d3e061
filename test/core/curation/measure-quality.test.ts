import { describe, expect, test } from '@jest/globals';
import { detectLanguage } from '../../../src/core/curation/detect-language.js';
import { binNumbers, countLabels, drawHistogram, imbalance } from '../../../src/core/curation/histogram.js';
import { flagQuality, measureQuality } from '../../../src/core/curation/measure-quality.js';
import { findOutliers, findVectorDuplicates, judgeByNeighbours } from '../../../src/core/curation/neighbours.js';
import { runSearch } from '../../../src/core/curation/search.js';
import { VectorTable } from '../../../src/core/curation/vector-table.js';
import { createRandom } from '../../../src/core/training/random.js';
import { readCleanDocuments } from './clean-documents.js';

const random = createRandom(77);
function drawUnit(dimensions: number, around?: Float32Array, spread = 1): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, (_, at) => (around?.[at] ?? 0) + random.normal() * spread);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

describe('measureQuality', () => {
  test('flags what is broken', () => {
    expect(flagQuality(measureQuality('ok'))).toEqual(['too-short']);
    expect(flagQuality(measureQuality('spam and more spam is here '.repeat(20)))).toContain('repetition');
    expect(flagQuality(measureQuality('{}[]()<>;:,.?!@#$%^&*()_+|~`=--//\\\\'))).toContain('symbols');
    expect(flagQuality(measureQuality('12 34 56 78 90 12 43 56 78 90 21 34 and more'))).toContain('few-words');
    expect(flagQuality(measureQuality('Some real text stands here.\nAll rights reserved.'))).toEqual(['boilerplate']);
  });

  test('flags next to nothing of clean technical documents', () => {
    const documents = readCleanDocuments();
    const flagged = documents.filter((document) => flagQuality(measureQuality(document.text)).length > 0);
    expect(flagged.length / documents.length).toBeLessThanOrEqual(0.02);
  });

  test.each([
    ['en', 'The service is started with a flag that you can set in the file, and it will be read again.'],
    ['de', 'Der Dienst wird mit einer Option gestartet, die auch in der Datei stehen kann und nicht fehlen darf.'],
    ['fr', 'Le service est lanc\u00e9 avec une option que vous pouvez aussi mettre dans le fichier pour les tests.'],
    [
      'es',
      'El servicio se inicia con una opci\u00f3n que tambi\u00e9n puede estar en el archivo, pero no es para todos los usos.',
    ],
    [
      'ja',
      '\u30b5\u30fc\u30d3\u30b9\u306f\u30d5\u30a1\u30a4\u30eb\u306e\u8a2d\u5b9a\u3067\u8d77\u52d5\u3057\u307e\u3059',
    ],
    ['', 'const x = foo(bar, baz); return x.map(y => y.z);'],
  ])('recognises %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });
});

describe('neighbours', () => {
  test('finds planted near-duplicate vectors and nothing else', () => {
    const vectors = Array.from({ length: 1_000 }, () => drawUnit(64));
    for (let at = 0; at < 50; at++) vectors.push(drawUnit(64, vectors[at], 0.01));
    const found = runSearch(findVectorDuplicates(VectorTable.of(vectors), 0.98));
    expect(found.length).toBeGreaterThanOrEqual(48);
    for (const pair of found) expect(pair.second - pair.first).toBe(1_000);
  });

  test('finds a wrong label and an outlier', () => {
    const [a, b] = [drawUnit(32), drawUnit(32)];
    const vectors = Array.from({ length: 60 }, (_, at) => drawUnit(32, at < 30 ? a : b, 0.05));
    vectors.push(drawUnit(32));
    const labels = vectors.map((_, at) => (at < 30 ? 'x' : 'y'));
    labels[3] = 'y';
    const verdicts = judgeByNeighbours(vectors, labels);
    const noisy = verdicts.filter((verdict) => verdict.disagreement > 0.7).map((verdict) => verdict.index);
    expect(noisy).toEqual([3]);
    expect(findOutliers(verdicts)).toEqual([60]);
  });
});

describe('histograms', () => {
  test('count everything once', () => {
    const bars = binNumbers([1, 2, 2, 3, 10], 3);
    expect(bars.map((bar) => bar.count)).toEqual([4, 0, 1]);
    expect(bars.map((bar) => bar.label)).toEqual(['1 to 4', '5 to 8', '9 to 10']);
    expect(binNumbers([0, 9], 8).map((bar) => bar.label)).toEqual(['0 to 1', '2 to 3', '4 to 5', '6 to 7', '8 to 9']);
    expect(binNumbers([0, 0.5, 1], 2).map((bar) => bar.label)).toEqual(['0 to 0.50', '0.50 to 1']);
    expect(binNumbers([], 3)).toEqual([]);
    expect(binNumbers([5, 5], 3)).toEqual([{ label: '5', count: 2 }]);
    expect(countLabels(['b', 'a', 'b', 'c'], 2)).toEqual([
      { label: 'b', count: 2 },
      { label: 'a', count: 1 },
      { label: 'others', count: 1 },
    ]);
    expect(drawHistogram(bars, 4)).toHaveLength(3);
    expect(
      imbalance([
        { label: 'a', count: 9 },
        { label: 'b', count: 1 },
      ]),
    ).toBeCloseTo(1.8);
  });
});
