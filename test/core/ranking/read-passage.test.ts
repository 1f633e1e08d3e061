import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PassageReader, type PassageTerms } from '../../../src/core/ranking/read-passage.js';
import { parseQuery } from '../../../src/core/text/query.js';
import { TERM_DIVIDER } from '../../../src/core/text/search-text.js';
import { COMMON_WORDS } from '../../../src/core/text/words.js';

/** Few words, so that they meet; common ones, parts of each other, one in another script, and none at all. */
const WORDS = ['the', 'of', 'cut', 'cutter', 'cutt', 'naïve', '検索', 'x', ''];

type Query = ReturnType<typeof parseQuery>;

/** The same by cutting the text into terms and trying every run. */
function readPlainly(query: Query, weighed: readonly string[], searchText: string): PassageTerms {
  const terms = (text: string) => (text === '' ? [] : text.split(' '));
  const [words = '', ...rest] = searchText.split(TERM_DIVIDER);
  const [sequence, added] = [terms(words), terms(rest.join(TERM_DIVIDER))];
  const counted = [...sequence.filter((term) => query.isAllCommon || !COMMON_WORDS.has(term)), ...added];
  const counts = new Map<string, number>();
  for (const term of counted) if (weighed.includes(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  let longest = 0;
  for (let from = 0; from < query.sequence.length; from++)
    for (let at = 0; at < sequence.length; at++) {
      let run = 0;
      while (from + run < query.sequence.length && query.sequence[from + run] === sequence[at + run]) run += 1;
      longest = Math.max(longest, run);
    }
  return { counts, length: counted.length, order: longest < 2 ? 0 : longest / query.sequence.length };
}

describe('a passage read for a query', () => {
  it('gives what cutting it into terms gives, in the same order', () => {
    const some = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 });
    const text = fc.tuple(some, fc.option(some)).map(([words, added]) => {
      return added === null ? words.join(' ') : `${words.join(' ')}${TERM_DIVIDER}${added.join(' ')}`;
    });
    fc.assert(
      fc.property(some, some, fc.array(text, { maxLength: 4 }), fc.boolean(), (asked, weighed, texts, isAllCommon) => {
        const query = { ...parseQuery(''), sequence: asked, isAllCommon };
        const weights = { weights: new Map(weighed.map((term) => [term, 1])), ceiling: 1 };
        const reader = new PassageReader(query, weights);
        for (const searchText of texts) {
          const { counts, ...rest } = reader.read(searchText);
          const { counts: plain, ...others } = readPlainly(query, weighed, searchText);
          expect([...counts]).toEqual([...plain]);
          expect(rest).toEqual(others);
        }
      }),
      { numRuns: 2_000, seed: 5 },
    );
  });

  it('tells words apart whose hashes are equal', () => {
    // 'Aa' and 'BB' have one hash by powers of 31, and so have what is made of them.
    const words = ['AaAa', 'AaBB', 'BBAa', 'BBBB'];
    const query = { ...parseQuery(''), sequence: words.slice(0, 2), isAllCommon: false };
    const reader = new PassageReader(query, { weights: new Map([['BBAa', 1]]), ceiling: 1 });
    expect(reader.read('BBBB BBAa AaAa AaBB BBAa')).toEqual({ counts: new Map([['BBAa', 2]]), length: 5, order: 1 });
  });
});
