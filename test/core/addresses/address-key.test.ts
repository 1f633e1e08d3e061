import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressKey, addressPattern } from '../../../src/core/addresses/address-key.js';

/** Names as people give them: signs that addresses encode, accents, other scripts, percent signs. */
const name = fc
  .array(fc.constantFrom('a', 'B', '7', ' ', '#', '?', '&', '+', '(', "'", '.', '%', '~', 'é', 'ü', '中', 'ế', '🙂'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((chars) => chars.join(''))
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);

/** All percent-encoded, in small digits. */
function encodeAll(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function spellings(file: string): string[] {
  const url = pathToFileURL(file).href;
  const raw = `file://${file.replaceAll('%', '%25')}`;
  const parts = file.split('/').map(encodeURIComponent).join('/');
  const small = `file://${file.split('/').map(encodeAll).join('/')}`;
  return [url, raw, `file://${parts}`, small, raw.normalize('NFC'), raw.normalize('NFD'), `FILE://localhost${parts}`];
}

const finds = (pattern: string, address: string): boolean => new RegExp(`^${pattern}`).test(address);

describe('addressKey', () => {
  it('is one for all spellings of a file, and every spelling finds every other', () => {
    fc.assert(
      fc.property(path, (file) => {
        const all = spellings(file);
        expect(new Set(all.map(addressKey)).size).toBe(1);
        for (const typed of all)
          for (const stored of [pathToFileURL(file).href, pathToFileURL(file.normalize('NFD')).href]) {
            expect(finds(addressPattern(typed, 'whole'), stored)).toBe(true);
            expect(finds(addressPattern(`${typed}/`, 'whole'), stored)).toBe(true);
          }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('tells addresses apart that differ in more than their spelling', () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        const [stored, typed] = [pathToFileURL(one).href, pathToFileURL(other).href];
        const isSame = one.normalize('NFC') === other.normalize('NFC');
        expect(addressKey(stored) === addressKey(typed)).toBe(isSame);
        expect(finds(addressPattern(typed, 'whole'), stored)).toBe(isSame);
        expect(finds(addressPattern(`${typed}/`, 'prefix'), stored)).toBe(isSame || one.startsWith(`${other}/`));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it.each([
    ['https://Example.ORG/caf%C3%A9', 'https://example.org/caf%c3%a9'],
    ['https://example.org:443/%7Euser', 'https://example.org/~user'],
    ['https://bücher.example/x', 'https://xn--bcher-kva.example/x'],
    ['https://example.org/a%20b?q=1%202', 'https://example.org/a b?q=1 2'],
  ])('%s is %s', (one, other) => {
    expect(addressKey(one)).toBe(addressKey(other));
    expect(finds(addressPattern(one, 'whole'), other)).toBe(true);
    expect(finds(addressPattern(other, 'whole'), one.replace('Example.ORG', 'example.org').replace(':443', ''))).toBe(
      !one.includes('bücher'),
    );
  });

  it.each([
    ['https://example.org/a%2Fb', 'https://example.org/a/b'],
    ['https://example.org/a%23b', 'https://example.org/a#b'],
    ['https://example.org/?q=a%26b=1', 'https://example.org/?q=a&b=1'],
    ['https://example.org/Page', 'https://example.org/page'],
  ])('%s is not %s', (one, other) => {
    expect(addressKey(one)).not.toBe(addressKey(other));
    expect(finds(addressPattern(one, 'whole'), other)).toBe(false);
  });

  it('takes a final slash for a folder: what lies in it, and its own page', () => {
    const folder = addressPattern('https://example.org/docs/', 'prefix');
    expect(finds(folder, 'https://example.org/docs/a')).toBe(true);
    expect(finds(folder, 'https://example.org/docs')).toBe(true);
    expect(finds(folder, 'https://example.org/docs-old/a')).toBe(false);
    expect(finds(addressPattern('https://example.org/docs', 'prefix'), 'https://example.org/docs-old/a')).toBe(true);
  });
});
