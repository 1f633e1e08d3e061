import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSpellingOf, normalizeUrl, visitKey } from '../../../src/core/normalize-url.js';
import { createTrapGuard } from '../../../src/extract/web/trap-guard.js';
import { createScope, folderOf } from '../../../src/extract/web/url-scope.js';
import { type CrawlOptions, completeWebOptions, parseWebOptions } from '../../../src/extract/web/web-options.js';

describe('normalizeUrl', () => {
  test.each([
    ['HTTP://Example.COM:80/', 'http://example.com/'],
    ['https://example.com:443', 'https://example.com/'],
    ['https://example.com:8443/', 'https://example.com:8443/'],
    ['https://example.com./a', 'https://example.com/a'],
    ['https://example.com/a/../b/./c', 'https://example.com/b/c'],
    ['https://example.com/a#b', 'https://example.com/a'],
    ['https://example.com/a?', 'https://example.com/a'],
    ['https://example.com/a?&&', 'https://example.com/a'],
    ['https://example.com/%7euser/%c3%a9', 'https://example.com/~user/%C3%A9'],
    ['https://example.com/a%2fb%3fc', 'https://example.com/a%2Fb%3Fc'],
    ['https://example.com/\u00e9t\u00e9 x', 'https://example.com/%C3%A9t%C3%A9%20x'],
    ['https://example.com/a?utm_source=x&b=1&UTM_Medium=y&gclid=z', 'https://example.com/a?b=1'],
    ['https://example.com/a?PHPSESSID=abc', 'https://example.com/a'],
    ['https://example.com/a;jsessionid=AB.c1?x=1', 'https://example.com/a?x=1'],
    ['https://example.com/a?b=2&a=1', 'https://example.com/a?b=2&a=1'],
    ['https://example.com/a?q=%e4%bd%a0', 'https://example.com/a?q=%E4%BD%A0'],
    ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example/'],
    [' https://example.com/a\n', 'https://example.com/a'],
    ['https://example.com/%zz%', 'https://example.com/%zz%'],
  ])('%j becomes %s', (text, expected) => {
    expect(normalizeUrl(text)).toBe(expected);
  });

  test.each([
    'javascript:alert(1)',
    'mailto:a@b.c',
    'data:text/html,x',
    'ftp://example.com/',
    'http://a:b@example.com/',
    'http://[',
    '',
    '/relative',
    `https://example.com/${'a'.repeat(2100)}`,
  ])('%j is no address to fetch', (text) => {
    expect(normalizeUrl(text)).toBeUndefined();
  });

  test('normalising again changes nothing', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), (url, tail) => {
        const once = normalizeUrl(url + tail);
        if (once !== undefined) expect(normalizeUrl(once)).toBe(once);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test('never throws, and never keeps a fragment or credentials', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.webUrl(), (text, base) => {
        const url = normalizeUrl(text, base);
        if (url === undefined) return;
        expect(new URL(url).hash + new URL(url).username).toBe('');
        expect(url).toMatch(/^https?:\/\//);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

test('a visit key does not depend on the order of parameters', () => {
  expect(visitKey('https://example.com/a?b=2&a=1')).toBe(visitKey('https://example.com/a?a=1&b=2'));
  expect(visitKey('https://example.com/a?b=1')).not.toBe(visitKey('https://example.com/a?b=2'));
  expect(visitKey('https://example.com/a')).toBe('https://example.com/a');
});

test.each([
  ['https://example.com/a', 'https://example.com/a/', true],
  ['http://www.example.com/a/index.html', 'https://example.com/a', true],
  ['https://example.com/a.html', 'https://example.com/a', true],
  ['https://example.com/a?x=1&y=2', 'https://example.com/a/?y=2&x=1', true],
  ['https://example.com/a?x=1', 'https://example.com/a', false],
  ['https://example.com/a', 'https://example.com/b', false],
  ['https://example.com/', 'https://example.com/index.php', true],
  ['https://docs.example.com/a', 'https://example.com/a', false],
])('%s and %s are spellings of one page: %s', (one, other, expected) => {
  expect(isSpellingOf(one, other)).toBe(expected);
});

describe('scope', () => {
  const options = (given: Record<string, string | string[]>): CrawlOptions =>
    completeWebOptions(parseWebOptions(given), 'https://example.com/docs/');
  const admits = (root: string, scope: 'page' | 'subpages' | 'host') => {
    const made = createScope(root, root, options({ scope }));
    return (url: string) => made.admit(url);
  };

  test.each([
    ['https://example.com/docs/', '/docs/'],
    ['https://example.com/docs/intro.html', '/docs/'],
    ['https://example.com/learn', '/learn/'],
    ['https://example.com/v1.2', '/v1.2/'],
    ['https://example.com/', '/'],
  ])('the folder of %s is %s', (url, folder) => {
    expect(folderOf(url)).toBe(folder);
  });

  test('subpages share a folder, not a prefix', () => {
    const admit = admits('https://example.com/learn', 'subpages');
    expect(admit('https://example.com/learn/a')).toBe('https://example.com/learn/a');
    expect(admit('https://example.com/learn')).toBe('https://example.com/learn');
    expect(admit('https://example.com/learner')).toBeUndefined();
    expect(admit('https://example.com/')).toBeUndefined();
  });

  test('http and www are brought to the form of the start page, other hosts and ports stay out', () => {
    const admit = admits('https://www.example.com/', 'host');
    expect(admit('http://example.com/a')).toBe('https://www.example.com/a');
    expect(admit('https://docs.example.com/a')).toBeUndefined();
    expect(admit('https://example.com:8443/a')).toBeUndefined();
    expect(admit('https://example.com.evil.test/')).toBeUndefined();
  });

  test('one page is one page', () => {
    const admit = admits('https://example.com/a', 'page');
    expect(admit('https://example.com/a')).toBe('https://example.com/a');
    expect(admit('https://example.com/a/b')).toBeUndefined();
  });

  test('patterns match paths, names, queries or whole URLs; exclude wins', () => {
    const wants = (given: Record<string, string[]>) =>
      createScope('https://example.com/', 'https://example.com/', options(given)).isWanted;
    expect(wants({ include: ['docs/**'] })('https://example.com/docs/a/b')).toBe(true);
    expect(wants({ include: ['/docs/**'] })('https://example.com/blog/')).toBe(false);
    expect(wants({ exclude: ['*.html'] })('https://example.com/a/b.html')).toBe(false);
    expect(wants({ exclude: ['**/*?lang=*'] })('https://example.com/a/b?lang=fr')).toBe(false);
    expect(wants({ include: ['https://example.com/a*'] })('https://example.com/abc')).toBe(true);
    expect(wants({ include: ['**'], exclude: ['**/private/**'] })('https://example.com/x/private/y')).toBe(false);
  });
});

test.each([
  ['https://example.com/', 100],
  ['http://localhost:3000/', 0],
  ['http://192.168.1.7/wiki/', 0],
  ['http://[::1]:80/', 0],
])('the pause between requests to %s is %i ms', (url, delayMs) => {
  expect(completeWebOptions(parseWebOptions({}), url).delayMs).toBe(delayMs);
  expect(completeWebOptions(parseWebOptions({ delayMs: 7 }), url).delayMs).toBe(7);
});

describe('traps', () => {
  const guard = (maxQueryVariants = 3) => createTrapGuard({ maxQueryVariants });

  test.each([
    ['/a/b/c', true],
    ['/a/a/b', true],
    ['/a/a/a', false],
    ['/x/a/b/a/b/a/b', false],
    ['/x/a/b/a/b/a/c', true],
    ['/a/b/c/d/a/b/c/d/a/b/c/d', false],
    [`/${Array.from({ length: 25 }, (_, index) => `s${index}`).join('/')}`, false],
    [`/a?${Array.from({ length: 13 }, (_, index) => `p${index}=1`).join('&')}`, false],
  ])('%s is let in: %s', (path, expected) => {
    expect(guard().admit(`https://example.com${path}`)).toBe(expected);
  });

  test('query variants are counted per path', () => {
    const { admit } = guard(2);
    const verdicts = ['/a?1', '/a?2', '/a?3', '/b?1', '/a', '/b?2', '/b?3'].map((path) =>
      admit(`https://example.com${path}`),
    );
    expect(verdicts).toEqual([true, true, false, true, true, true, false]);
  });

  test('dated articles are no calendar', () => {
    const { admit } = guard();
    const all = Array.from({ length: 200 }, (_, index) => `/blog/2025/${1 + (index % 12)}/post-${index}`);
    expect(all.every((path) => admit(`https://example.com${path}`))).toBe(true);
    const days = Array.from({ length: 200 }, (_, index) => `/cal/${1990 + index}/05/17`);
    expect(days.filter((path) => admit(`https://example.com${path}`))).toHaveLength(60);
  });
});
