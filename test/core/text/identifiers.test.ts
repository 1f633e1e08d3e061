import { describe, expect, it } from '@jest/globals';
import { splitIdentifiers } from '../../../src/core/text/identifiers.js';

describe('splitIdentifiers', () => {
  it.each([
    ['getUserName', 'get user name'],
    ['HTTPServer2', 'http server 2'],
    ['$scopeOf', 'scope of'],
    ['parseURLs', 'parse urls'],
    ['XMLHttpRequest', 'xml http request'],
    ['utf8', 'utf 8'],
    ['größeÄndern', 'größe ändern'],
    ['os.path.joinAll', 'join all'],
    ['__init__', ''],
  ])('%s -> %s', (identifier, words) => {
    expect(splitIdentifiers(identifier)).toBe(words);
  });

  it('adds only words that a plain tokenizer does not find by itself', () => {
    expect(splitIdentifiers('call getUserName(user_id) and foo.barBaz')).toBe('get user name bar baz');
    expect(splitIdentifiers('nothing hidden in snake_case, kebab-case or Words')).toBe('');
  });

  it('counts each identifier once', () => {
    expect(splitIdentifiers('useState useState useEffect')).toBe('use state use effect');
  });

  it('leaves names, hashes and encoded data alone', () => {
    expect(splitIdentifiers('JavaScript on GitHub at 8bbe60c1d9 with aGVsbG8gd29ybGQ4Zm9v')).toBe('');
  });

  it('keeps plural acronyms whole', () => {
    expect(splitIdentifiers('APIs URLs PDFs')).toBe('');
  });

  it('passes over words of megabytes', () => {
    expect(splitIdentifiers(`${'aB'.repeat(2_000_000)} ${'a'.repeat(4_000_000)} getName`)).toBe('get name');
  });
});
