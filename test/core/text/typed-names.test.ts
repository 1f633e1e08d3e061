import { describe, expect, test } from '@jest/globals';
import { innerNames, wholeNames } from '../../../src/core/text/typed-names.js';

describe('what a whole query may name', () => {
  test.each([
    ['file:///home/me/kit/docs/payments/README.md', 'me/kit/docs/payments/README.md'],
    ['https://example.org/guide/install?tab=linux#apt', 'guide/install'],
    ['docs/payments/README.md:3', 'docs/payments/README.md'],
    ['docs/payments/README.md:3:14', 'docs/payments/README.md'],
    ['src/use.ts:10-20', 'src/use.ts'],
    ['README.md#L5', 'README.md'],
    ['docs\\payments\\README.md', 'docs/payments/README.md'],
    ['./docs/payments/', 'docs/payments'],
    ['~/docs/../notes.md', 'docs/notes.md'],
    ['dir%20with%20space/caf%C3%A9%20menu.md', 'dir with space/café menu.md'],
    ['100%/sure.md', '100%/sure.md'],
    ['owner/repo@main:src/use.ts', 'src/use.ts'],
    ['README of the payments folder', 'payments/README'],
    ['payments folder README', 'payments/README'],
    ['the Blue Book', 'Blue Book'],
    ['The index page', 'index'],
  ])('%s', (typed, name) => {
    expect(wholeNames(typed)).toContain(name);
    expect(wholeNames(typed)[0]).toBe(typed);
  });

  test.each(['C#', 'upload file', 'note: 12', 'a.b', 'what is new?'])('nothing else: %s', (typed) => {
    expect(wholeNames(typed)).toEqual([typed]);
  });
});

describe('names within a query', () => {
  test.each([
    ['error in src/use.ts:10: undefined', 'src/use.ts'],
    ['why does docs\\setup.md fail', 'docs/setup.md'],
    ['see https://example.org/guide/install for more', 'guide/install'],
  ])('%s', (typed, name) => {
    expect(innerNames(typed)).toContain(name);
  });
});
