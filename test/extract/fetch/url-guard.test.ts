import { describe, expect, test } from '@jest/globals';
import { parseFetchUrl, showUrl } from '../../../src/extract/fetch/url-guard.js';

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return 'none';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
}

describe('parseFetchUrl', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'http://api.localhost/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/html,hello',
    'gopher://example.com/',
    'http://user:secret@example.com/',
    'https://user@example.com/',
  ])('refuses %s', (url) => {
    expect(codeOf(() => parseFetchUrl(url))).toBe('URL_BLOCKED');
  });

  test.each(['not a url', '', 'http://', 'http://[::1', '//example.com'])('%j is no URL', (url) => {
    expect(codeOf(() => parseFetchUrl(url))).toBe('INPUT_INVALID');
  });

  test('lets public addresses and names through', () => {
    expect(parseFetchUrl('https://example.com/a?b#c').href).toBe('https://example.com/a?b#c');
    expect(parseFetchUrl('http://8.8.8.8:8080/').port).toBe('8080');
  });

  test('lets private addresses through when they are allowed, but never credentials', () => {
    const rules = { allowPrivateNetwork: true };
    expect(parseFetchUrl('http://127.0.0.1:1/', rules).port).toBe('1');
    expect(codeOf(() => parseFetchUrl('http://a:b@127.0.0.1/', rules))).toBe('URL_BLOCKED');
  });

  test('asks only allowed ports when there is a list', () => {
    const rules = { allowedPorts: [80, 443] };
    expect(parseFetchUrl('https://example.com/', rules).hostname).toBe('example.com');
    expect(parseFetchUrl('http://example.com/', rules).hostname).toBe('example.com');
    expect(codeOf(() => parseFetchUrl('http://example.com:22/', rules))).toBe('URL_BLOCKED');
  });
});

test('a shown URL has no credentials and no fragment', () => {
  expect(showUrl('https://user:secret@example.com/a#token')).toBe('https://example.com/a');
});
