import { expect, test } from '@jest/globals';
import { DEFAULT_RETRIEVAL } from '../../src/core/retrieval/settings.js';
import { PassageList } from '../../src/services/retrieval/passage-list.js';
import type { RankedHit } from '../../src/services/retrieval/ranked-hit.js';
import { sampleDocument, sampleSource } from '../contract/knowledge-samples.js';

/** How deep a ranking is asked for at first. */
const FIRST = DEFAULT_RETRIEVAL.candidates;

/** A hit of a document of its own, `n`, with this text. */
function hitOf(text: string, n: number): RankedHit {
  const { document, chunks } = sampleDocument(sampleSource('docs'), `/docs/${n}.md`, text);
  const [chunk] = chunks;
  if (chunk === undefined) throw new Error('a sample has one chunk');
  const candidate = {
    chunk,
    document,
    vector: chunk.vector,
    similarity: null,
    bm25: null,
    searchText: chunk.searchText,
  };
  return {
    candidate,
    collection: 'docs',
    vector: null,
    keyword: null,
    nameTerms: new Set<string>(),
    parts: { heading: 0, order: 0, name: 0, document: 0, kind: 1, form: 1 },
    fused: 1 / (n + 1),
    words: null,
    reranked: null,
  };
}

/** Passages of a ranking of these texts, and the depths that were asked for. */
function passagesOf(texts: readonly string[]): { passages: PassageList; depths: number[] } {
  const hits = texts.map(hitOf);
  const depths: number[] = [];
  const passages = new PassageList(async (depth) => {
    depths.push(depth);
    return hits.slice(0, depth);
  });
  return { passages, depths };
}

const numbered = (count: number, prefix = 'text'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix} ${i}`);
const textsOf = (passages: readonly { hit: RankedHit }[]): string[] =>
  passages.map(({ hit }) => hit.candidate.chunk.text);

test('a ranking without copies is asked for once', async () => {
  const { passages, depths } = passagesOf(numbered(5000));
  expect(textsOf(await passages.slice(0, 10))).toEqual(numbered(10));
  expect(await passages.reaches(FIRST)).toBe(true);
  expect(depths).toEqual([FIRST]);
});

test('a ranking that has ended is not asked for again', async () => {
  const { passages, depths } = passagesOf(numbered(FIRST - 1));
  expect(await passages.reaches(FIRST - 1)).toBe(true);
  expect(await passages.reaches(FIRST)).toBe(false);
  expect(await passages.slice(FIRST - 10, 200)).toHaveLength(9);
  expect(depths).toEqual([FIRST]);
});

test('the best-ranked of equal texts stands, the others follow in their order', async () => {
  const { passages } = passagesOf(['a', 'b', 'a', 'c', 'b', 'a']);
  const found = await passages.slice(0, 10);
  expect(textsOf(found)).toEqual(['a', 'b', 'c']);
  const places = found.map(({ hit, copies }) => [hit, ...copies].map((one) => one.candidate.document.uri));
  expect(places).toEqual([['/docs/0.md', '/docs/2.md', '/docs/5.md'], ['/docs/1.md', '/docs/4.md'], ['/docs/3.md']]);
});

test('copies beyond what was ranked are passed by ranking deeper, to a thousand', async () => {
  const { passages, depths } = passagesOf([...Array<string>(700).fill('copy'), ...numbered(2000)]);
  expect(textsOf(await passages.slice(0, 3))).toEqual(['copy', 'text 0', 'text 1']);
  expect(await passages.reaches(301)).toBe(true);
  expect(await passages.reaches(302)).toBe(false);
  expect(depths).toEqual([FIRST, 300, 1000]);
});

test('a deeper ranking in another order moves no passage, loses none and repeats none', async () => {
  const hits = numbered(150).map(hitOf);
  const passages = new PassageList(async (depth) => (depth <= FIRST ? hits.slice(0, depth) : [...hits].reverse()));
  const first = textsOf(await passages.slice(0, FIRST));
  const found = await passages.slice(0, 200);
  const all = textsOf(found);
  expect(found.every(({ copies }) => copies.length === 0)).toBe(true);
  expect(all.slice(0, FIRST)).toEqual(first);
  expect([...all].sort()).toEqual([...numbered(150)].sort());
});

test('blanks tell texts apart: they carry meaning in code', async () => {
  const { passages } = passagesOf(['if a:\n  b()\nc()', 'if a:\n  b()\n  c()']);
  expect(await passages.slice(0, 10)).toHaveLength(2);
});
