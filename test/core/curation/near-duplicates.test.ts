import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExactDuplicateFinder, sameTextKey } from '../../../src/core/curation/exact-duplicates.js';
import { MinHasher, matchProbability } from '../../../src/core/curation/minhash.js';
import { findNearDuplicates, groupPairs } from '../../../src/core/curation/near-duplicates.js';
import { jaccard, longestSharedRun, plainWords, shingleHashes } from '../../../src/core/curation/shingles.js';
import { OtherSets, UnionFind } from '../../../src/core/curation/union-find.js';
import { createRandom } from '../../../src/core/training/random.js';

const random = createRandom(42);
const vocabulary = Array.from({ length: 3_000 }, (_, at) => `word${at.toString(36)}`);
const drawWords = (count: number): string[] =>
  Array.from({ length: count }, () => vocabulary[random.below(vocabulary.length)] ?? '');

/** The words with `edits` of them replaced at even distances. */
function editWords(words: readonly string[], edits: number): string[] {
  const edited = [...words];
  for (let at = 0; at < edits; at++) {
    edited[Math.floor(((at + 0.5) * words.length) / edits)] = `changed${random.below(1e9)}`;
  }
  return edited;
}

describe('findNearDuplicates', () => {
  test('finds 200 planted near-duplicates of several strengths with recall over .95 above Jaccard .8 and precision over .98', () => {
    const texts: string[] = [];
    const planted: { first: number; second: number; similarity: number }[] = [];
    for (let at = 0; at < 200; at++) {
      const words = drawWords(120 + random.below(200));
      const copy = editWords(words, 1 + (at % 6));
      const first = texts.push(words.join(' ')) - 1;
      const second = texts.push(`${copy.join(' ')}!`) - 1;
      planted.push({ first, second, similarity: jaccard(shingleHashes(words), shingleHashes(copy)) });
    }
    for (let at = 0; at < 600; at++) texts.push(drawWords(150).join(' '));
    const found = findNearDuplicates(texts, { threshold: 0.8 });
    const keys = new Set(found.map((pair) => `${pair.first}:${pair.second}`));
    const strong = planted.filter((pair) => pair.similarity >= 0.8);
    const hits = strong.filter((pair) => keys.has(`${pair.first}:${pair.second}`));
    expect(strong.length).toBeGreaterThan(100);
    expect(hits.length / strong.length).toBeGreaterThanOrEqual(0.95);
    const right = found.filter((pair) => planted.some((p) => p.first === pair.first && p.second === pair.second));
    expect(right.length / found.length).toBeGreaterThanOrEqual(0.98);
    for (const pair of found) expect(pair.similarity).toBeGreaterThanOrEqual(0.8);
  });

  test('finds near-duplicates in scripts without spaces, and nothing among different texts', () => {
    const drawLetters = (count: number): string[] =>
      Array.from({ length: count }, () => String.fromCharCode(0x4e00 + random.below(900)));
    const texts = Array.from({ length: 120 }, () => drawLetters(150).join(''));
    const copies = texts.slice(0, 40).map((text) => `${text.slice(0, 70)}\u4e00\u3002${text.slice(72)}`);
    const found = findNearDuplicates([...texts, ...copies]);
    expect(found.map(({ first, second }) => [first, second])).toEqual(copies.map((_, at) => [at, 120 + at]));
  });

  test('groups chains of duplicates and keeps a crowd of equal texts together', () => {
    const base = drawWords(200);
    const texts = Array.from({ length: 300 }, (_, at) => `${base.join(' ')} ending ${at % 3}`);
    texts.push(drawWords(200).join(' '));
    const groups = groupPairs(texts.length, findNearDuplicates(texts));
    expect(groups).toHaveLength(1);
    expect(groups[0]).toHaveLength(300);
  });

  test('gives the same pairs for the same seed, and none for texts without words', () => {
    const texts = ['', '...', '   ', drawWords(50).join(' ')];
    expect(findNearDuplicates(texts)).toEqual([]);
    const more = [...texts, ...texts];
    expect(findNearDuplicates(more)).toEqual(findNearDuplicates(more));
  });

  test('shows the run of words that two texts share', () => {
    const shared = drawWords(30);
    const a = [...drawWords(10), ...shared, ...drawWords(3)];
    const b = [...drawWords(4), ...shared, ...drawWords(9)];
    expect(longestSharedRun(a, b)).toEqual(shared);
    expect(longestSharedRun(drawWords(40), ['other', 'words', 'only', 'stand', 'here', 'now'])).toEqual([]);
    expect(longestSharedRun(['too', 'short'], ['too', 'short'])).toEqual(['too', 'short']);
  });
});

describe('MinHash', () => {
  test('agrees in a share of places that is near the true Jaccard similarity', () => {
    const hasher = new MinHasher(3, { bands: 64, rows: 8 });
    const words = drawWords(400);
    const sets = [words, editWords(words, 20)].map((list) => shingleHashes(list));
    const [a, b] = sets.map((set) => hasher.sign(set));
    const same = a?.filter((value, at) => value === b?.[at]).length ?? 0;
    expect(Math.abs(same / 512 - jaccard(sets[0] ?? new Uint32Array(), sets[1] ?? new Uint32Array()))).toBeLessThan(
      0.07,
    );
  });

  test('has the published chances of a match', () => {
    expect(matchProbability(0.8)).toBeCloseTo(0.977, 3);
    expect(matchProbability(0)).toBe(0);
    expect(matchProbability(1)).toBe(1);
  });
});

describe('shingles', () => {
  test('similarity is symmetric, 1 with itself, and between 0 and 1', () => {
    const words = fc.array(fc.constantFrom(...vocabulary.slice(0, 40)), { maxLength: 60 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [x, y] = [shingleHashes(a), shingleHashes(b)];
        expect(jaccard(x, y)).toBe(jaccard(y, x));
        expect(jaccard(x, y)).toBeGreaterThanOrEqual(0);
        expect(jaccard(x, y)).toBeLessThanOrEqual(1);
        expect(jaccard(x, x)).toBe(a.length === 0 ? 0 : 1);
        expect([...x]).toEqual([...new Set(x)].sort((p, q) => p - q));
      }),
      { seed: 7 },
    );
  });

  test('see words without case, accents and punctuation', () => {
    expect(plainWords('Caf\u00e9, na\u00efve -- "Quoted" x_y 3.5')).toEqual([
      'cafe',
      'naive',
      'quoted',
      'x',
      'y',
      '3',
      '5',
    ]);
    expect(sameTextKey('Hello,  World!')).toBe(sameTextKey('hello world'));
    expect(sameTextKey('+')).not.toBe(sameTextKey('-'));
    const finder = new ExactDuplicateFinder();
    for (const text of ['x', 'A b', 'c', 'a  B!', 'X', 'c d', 'x.']) finder.add(text);
    expect(finder.groups()).toEqual([
      [0, 4, 6],
      [1, 3],
    ]);
  });
});

describe('OtherSets', () => {
  test('finds the next member of another set, as a walk over all of them does, while sets grow', () => {
    const place = fc.nat({ max: 19 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place, place), { maxLength: 60 }), (steps) => {
        const sets = new UnionFind(20);
        const list = Array.from({ length: 20 }, (_, at) => (at * 7) % 20);
        const others = new OtherSets(list, sets);
        for (const [a, b, from] of steps) {
          const own = sets.find(a);
          const walked = list.findIndex((member, at) => at >= from && sets.find(member) !== own);
          expect(others.next(from, a)).toBe(walked < 0 ? list.length : walked);
          sets.join(a, b);
        }
      }),
      { seed: 11 },
    );
  });
});
