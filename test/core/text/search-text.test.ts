import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_QUERY_WORDS, queryTermsOf, searchTextOf } from '../../../src/core/text/search-text.js';

/** Words as an index sees them that splits at everything but letters, marks and digits. */
function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []);
}

function indexed(text: string): Set<string> {
  return wordsOf(searchTextOf({ title: '', headingPath: [], text, format: 'markdown' }));
}

describe('searchTextOf', () => {
  it('holds title, headings, text and hidden words', () => {
    const text = searchTextOf({ title: 'Guide', headingPath: ['Hooks'], text: 'call useState', format: 'markdown' });
    expect([...wordsOf(text)]).toEqual(['guide', 'hooks', 'call', 'usestate', 'use', 'state']);
  });

  it('makes runs of Chinese, Japanese, Korean and Thai findable by pair and character', () => {
    expect(indexed('今天天气')).toEqual(new Set(['今天', '天天', '天气', '今', '天', '气']));
    expect(indexed('React组件')).toEqual(new Set(['react', '组件', '组', '件']));
    expect(indexed('검색엔진')).toContain('엔진');
    expect(indexed('ภาษา')).toContain('าษ');
  });

  it('finds ligatures, full-width letters and hyphenated words of PDFs', () => {
    expect(indexed('e\ufb03cient ＡＢＣ exam\u00adple cafe\u0301')).toEqual(
      new Set(['efficient', 'abc', 'example', 'café']),
    );
  });

  it('tells C from C++ and C#', () => {
    expect(indexed('C++ and C# on .NET')).toEqual(new Set(['c', 'and', 'on', 'net', 'cplusplus', 'csharp', 'dotnet']));
    expect(indexed('plain C')).not.toContain('cplusplus');
  });
});

describe('queryTermsOf', () => {
  it('finds what was indexed, whichever way a name is written', () => {
    for (const query of ['getUserName', 'get_user_name', 'get user name', 'get-user-name']) {
      const found = [...wordsOf(queryTermsOf(query))].filter((word) => indexed('function getUserName()').has(word));
      expect(found).toEqual(expect.arrayContaining(['get', 'user', 'name']));
    }
  });

  it('asks for pairs of an unspaced run, not for its characters', () => {
    expect(queryTermsOf('天气预报')).toBe('天气 气预 预报');
    expect(queryTermsOf('猫')).toBe('猫');
  });

  it('is plain words whatever comes in', () => {
    expect(queryTermsOf('"a b" AND (c) +d -e field:f* ~2')).toBe('a b AND c d e field f 2');
    expect(queryTermsOf('!!! --- \n')).toBe('');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(queryTermsOf(query)).toMatch(/^(?:[\p{L}\p{M}\p{N}]+(?: [\p{L}\p{M}\p{N}]+)*)?$/u);
      }),
    );
  });

  it('bounds the number of words', () => {
    expect(queryTermsOf('word '.repeat(1_000_000)).split(' ').length).toBe(MAX_QUERY_WORDS);
  });
});
