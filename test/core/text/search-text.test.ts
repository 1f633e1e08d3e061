import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_QUERY_TERMS, queryTermsOf, searchTextOf } from '../../../src/core/text/search-text.js';

/** The terms that a chunk of this text is found by. */
function indexed(text: string): Set<string> {
  const searchText = searchTextOf({ title: '', headingPath: [], text, format: 'markdown' });
  return new Set(searchText.split(/\s+/).filter((term) => term !== ''));
}

/** Whether every term of the query stands in the text. */
function finds(text: string, query: string): boolean {
  const terms = indexed(text);
  return queryTermsOf(query).every((term) => terms.has(term));
}

describe('searchTextOf', () => {
  it('holds title, headings and text in their order, then the words hidden in names', () => {
    const text = searchTextOf({ title: 'Guide', headingPath: ['Hooks'], text: 'call useState', format: 'markdown' });
    expect(text).toBe('guid hook call usest\nuse state');
  });

  it('makes runs of Chinese, Japanese, Korean and Thai findable by pair and character', () => {
    expect(indexed('今天天气')).toEqual(new Set(['今天', '天天', '天气', '今', '天', '气']));
    expect(indexed('React组件')).toEqual(new Set(['react', '组件', '组', '件']));
    expect(indexed('검색엔진')).toContain('엔진');
    expect(indexed('ภาษา')).toContain('าษ');
  });

  it('finds ligatures, full-width letters and hyphenated words of PDFs', () => {
    expect(indexed('e\ufb03cient ＡＢＣ exam\u00adple cafe\u0301')).toEqual(
      new Set(['effici', 'abc', 'exampl', 'cafe']),
    );
  });

  it('tells C from C++ and C#', () => {
    for (const term of ['c++', 'c#', '.net']) expect(indexed('C++ and C# on .NET')).toContain(term);
    expect(indexed('plain C')).not.toContain('c++');
  });

  it.each([
    'https://example.org/owner/repo/commit/3f9d2c7a8b1e4f6d9c0b2a1e8d7f6c5b4a392817',
    'owner/repo@3f9d2c7a8b1e4f6d9c0b2a1e8d7f6c5b4a392817',
    'registry.example/image@sha256:3f9d2c7a8b1e4f6d9c0b2a1e8d7f6c5b4a3928173f9d2c7a8b1e4f6d9c0b2a1e',
    'compare/3f9d2c7a8b1e...9f86d081884c7d65',
    'cut at 3f9d2c7a8b1e.',
  ])('finds a hash by its first digits: %s', (text) => {
    const isKnown = (digits: string): boolean => queryTermsOf(digits).some((term) => indexed(text).has(term));
    for (const count of [7, 8, 10, 12]) expect(isKnown('3f9d2c7a8b1e'.slice(0, count))).toBe(true);
    expect(isKnown('3f9d2c8')).toBe(false);
  });

  it('keeps names whole, and what stands in them', () => {
    expect(indexed('released 1.2.10 on 2026-08-06')).toEqual(
      new Set(['releas', '1', '2', '10', 'on', '2026', '08', '06', '=1.2.10', '1.2.10', '=2026-08-06', '2026-08-06']),
    );
    expect([...indexed('see SRC/core/Errors.TS:12')]).toEqual(
      expect.arrayContaining(['=src/core/errors.ts:12', 'src/core/errors.ts', 'errors.ts', 'error', 'src', '12']),
    );
    expect(finds('listens on 10.0.1.27:8080', '10.0.1.27')).toBe(false);
    expect(indexed('listens on 10.0.1.27:8080')).toContain('10.0.1.27');
  });

  it('tells a version that stands alone from the beginning of another', () => {
    expect(finds('## v1.2.3', '1.2.3')).toBe(true);
    expect(finds('## 1.2.3-rc1', '1.2.3')).toBe(false);
    expect(indexed('## 1.2.3-rc1')).toContain('1.2.3');
  });

  it('knows a commit by its first digits', () => {
    const commit = '3f2504e04f8911d39a0c0305e82c33017b1e2d4c';
    for (const length of [7, 8, 9, 11, 12, 20, 40])
      expect(indexed(commit)).toContain(queryTermsOf(commit.slice(0, length)).find((term) => term.endsWith('~')));
  });
});

describe('text and query', () => {
  const letters = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 });
  const words = fc.string({
    unit: fc.constantFrom(...'aAbB1ßıİŞςΣσΐЙé́あ漢字ก한글-_./:@😀'),
    minLength: 1,
    maxLength: 60,
  });

  it('meet in every word between white space, however long and in whatever script', () => {
    for (const word of [letters, words])
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (parts) => {
          const text = parts.join(' ');
          for (const part of text.split(/\s+/)) expect([part, finds(text, part)]).toEqual([part, true]);
        }),
        { numRuns: 300 },
      );
  });

  it('meet whatever the case and the accents of Latin, Greek and Cyrillic letters', () => {
    for (const [text, query] of [
      ['Straße', 'STRASSE'],
      ['İstanbul', 'istanbul'],
      ['ISPARTA', 'ısparta'],
      ['ΟΔΟΣ', 'οδός'],
      ['naïveté', 'naivete'],
      ['connexions éphémères', 'EPHEMERES'],
      ['Łódź', 'lodz'],
      ['Москва́', 'МОСКВА'],
      ['ﬁlesystem', 'filesystem'],
    ] as const)
      expect([text, query, finds(text, query)]).toEqual([text, query, true]);
  });

  it('meet in words longer than any term', () => {
    const digest = 'ab12'.repeat(32);
    expect(finds(`sha512 ${digest}.`, digest)).toBe(true);
    expect(finds(`sha512 ${digest}.`, `${digest}0`)).toBe(false);
    const compound = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
    expect(finds(compound, compound.toUpperCase())).toBe(true);
  });

  it('hold no white space in a term, and none that the engine would leave out', () => {
    fc.assert(
      fc.property(letters, (text) => {
        for (const term of [...indexed(text), ...queryTermsOf(text)]) {
          expect(term).toMatch(/^\S+$/u);
          expect(Buffer.byteLength(term)).toBeLessThan(256);
        }
      }),
    );
  });
});

describe('queryTermsOf', () => {
  it('finds what was indexed, whichever way a name is written', () => {
    for (const query of ['getUserName', 'get_user_name', 'get user name', 'get-user-name']) {
      const found = queryTermsOf(query).filter((term) => indexed('function getUserName()').has(term));
      expect(found).toEqual(expect.arrayContaining(['get', 'user', 'name']));
    }
  });

  it('asks for pairs of an unspaced run, not for its characters', () => {
    expect(queryTermsOf('天气预报')).toEqual(['天气', '气预', '预报']);
    expect(queryTermsOf('猫')).toEqual(['猫']);
  });

  it('finds pictographs, and no word in signs', () => {
    expect(queryTermsOf('🚀')).toEqual(['🚀']);
    expect(indexed('lift off 🚀')).toContain('🚀');
    expect(queryTermsOf('!!! --- \n')).toEqual([]);
  });

  it('bounds the number of terms', () => {
    expect(queryTermsOf('word '.repeat(1_000_000)).length).toBe(MAX_QUERY_TERMS);
  });
});
