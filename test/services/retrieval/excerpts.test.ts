import { describe, expect, test } from '@jest/globals';
import { pickExcerpts } from '../../../src/services/retrieval/excerpts.js';
import { PassageList } from '../../../src/services/retrieval/passage-list.js';
import type { RankedHit } from '../../../src/services/retrieval/ranked-hit.js';
import { sampleDocument, sampleSource } from '../../contract/knowledge-samples.js';

const SOURCE = sampleSource('docs');
const MANUAL = sampleDocument(
  SOURCE,
  '/docs/manual.md',
  [
    'Paint the hull first.',
    'Before winter the tiller is unshipped.',
    'Lift the pin and draw the bolt from below.',
    'Then dry the sails.',
  ].join('\n\n'),
);
const OTHER = sampleDocument(SOURCE, '/docs/other.md', 'A tiller of ash.\n\nThe mast.');

function hitOf({ document, chunks }: typeof MANUAL, ordinal: number, fused: number): RankedHit {
  const chunk = chunks[ordinal];
  if (chunk === undefined) throw new Error('the sample has no such chunk');
  const { vector, searchText } = chunk;
  return {
    candidate: { chunk, document, vector, similarity: null, bm25: null, searchText },
    collection: 'docs',
    vector: null,
    keyword: null,
    parts: { heading: 0, order: 0, name: 0, document: 0, kind: 1 },
    fused,
    words: null,
    reranked: null,
  };
}

/** What is shown, by the place of each result, of a ranking in which one passage of the manual was found, and what was read beside it. */
async function pick(query: string) {
  const hits = [hitOf(MANUAL, 1, 1), hitOf(OTHER, 0, 0.5)];
  const list = new PassageList(async (depth) => hits.slice(0, depth));
  const read: (readonly number[])[] = [];
  const excerpts = await pickExcerpts(await list.slice(0, 10), {
    list,
    query,
    readBeside: async (_, ordinals) => {
      read.push(ordinals);
      return MANUAL.chunks.filter(({ ordinal }) => ordinals.includes(ordinal));
    },
  });
  return { texts: excerpts.map((each) => each.map(({ text }) => text)), read };
}

describe('the lines of a short answer', () => {
  test('go on in the passage behind the best one, which nobody nominated', async () => {
    const { texts, read } = await pick('how is the tiller unshipped');
    expect(read).toEqual([[0, 2]]);
    expect(texts[0]).toEqual(['Before winter the tiller is unshipped.', 'Lift the pin and draw the bolt from below.']);
    expect(texts[1]).toEqual(['A tiller of ash.']);
  });

  test.each(['tiller -bolt', '"tiller is unshipped"'])(
    'stay with what the signs of %s were held against',
    async (query) => {
      const { texts, read } = await pick(query);
      expect(read).toEqual([]);
      expect(texts[0]).toEqual(['Before winter the tiller is unshipped.']);
    },
  );
});
