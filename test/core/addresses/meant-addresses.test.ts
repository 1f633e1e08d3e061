import { describe, expect, it } from '@jest/globals';
import { type AddressRoot, meantPattern } from '../../../src/core/addresses/meant-addresses.js';

const FOLDER: AddressRoot = { address: 'file:///home/me/my notes', gap: 'slash', names: ['home', 'me', 'my notes'] };
const SITE: AddressRoot = { address: 'https://example.org/docs', gap: 'slash', names: ['example.org', 'docs'] };
const GITHUB: AddressRoot = {
  address: 'https://github.com/Acme/tools/blob',
  gap: 'branch-slash',
  names: ['Acme', 'tools'],
};
const LOCAL: AddressRoot = { address: 'file:///srv/plain.git', gap: 'branch-colon', names: ['plain'] };
const places = { folder: '/home/me', roots: [FOLDER, SITE, GITHUB, LOCAL] };

const finds = (typed: string, address: string, match: 'whole' | 'prefix' = 'whole'): boolean =>
  new RegExp(meantPattern(typed, places, match)).test(address);

describe('meantPattern', () => {
  const file = 'file:///home/me/my%20notes/a/b%20c.md';
  it.each([
    file,
    '/home/me/my notes/a/b c.md',
    '/home/me/my%20notes/a/b%20c.md',
    '/home/me//my notes/./a/x/../b c.md',
    'file:///home/me/my notes/a/b c.md',
    'file:/home/me/my%20notes/a/b%20c.md',
    'my notes/a/b c.md',
    './my notes/a/b c.md',
    '../me/my notes/a/b c.md',
    '~/my notes/a/b c.md',
    'a/b c.md',
    'a/b%20c.md',
  ])('%s is the file', (typed) => {
    expect(finds(typed, file)).toBe(true);
    expect(finds(typed, 'file:///home/me/my%20notes/a/other.md')).toBe(false);
  });

  it.each([
    ['my notes/', file, true],
    ['my notes', file, true],
    ['/home/me/my notes', file, true],
    ['.', file, true],
    ['notes/', file, false],
    ['docs/', 'https://example.org/docs/start', true],
    ['example.org/docs/st', 'https://example.org/docs/start', true],
    ['docs/', 'https://example.org/other', false],
  ])('the prefix %s of %s: %s', (typed, address, isMeant) => {
    expect(finds(typed, address, 'prefix')).toBe(isMeant);
  });

  const page = 'https://github.com/Acme/tools/blob/main/docs/a%23b.md';
  it.each([
    'acme/tools',
    'acme/tools@main',
    'acme/tools@main:docs',
    'https://github.com/acme/tools.git'.replace('acme', 'Acme'),
    'https://github.com/Acme/tools/tree/main/docs',
    'docs/',
    'docs/a#b.md',
  ])('%s begins the page of a repository', (typed) => {
    expect(finds(typed, page, 'prefix')).toBe(true);
    expect(finds(typed, 'https://github.com/Acme/other/blob/main/docs/x.md', 'prefix')).toBe(false);
  });

  it('knows a repository on this disk by its path and what is in it', () => {
    const inside = 'file:///srv/plain.git#main:docs/a.md';
    for (const typed of ['/srv/plain.git', 'plain', 'docs/', 'docs/a.md'])
      expect(finds(typed, inside, 'prefix')).toBe(true);
    expect(finds('docs/a.md', inside)).toBe(true);
    expect(finds('acme/tools@next', page, 'prefix')).toBe(false);
  });
});
