import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sharedBase } from '../../../src/core/addresses/shared-base.js';

test.each([
  [['file:///home/me/project/docs/a.md', 'file:///home/me/project/docs/deep/b.md'], 'file:///home/me/project/docs/'],
  [['file:///home/me/project/docs/a.md', 'file:///home/me/project/docs2/b.md'], 'file:///home/me/project/'],
  [['https://docs.site.example/a/b', 'https://docs.site.example/c'], ''],
  [['https://docs.site.example/en/a', 'https://docs.site.example/en/'], 'https://docs.site.example/en/'],
  [['https://docs.site.example/en/a', 'note:keys'], ''],
  [['file:///home/me/project/a.md', 'file:///home/me/project/a.md'], ''],
  [['/a/b', '/a/c'], ''],
  [[], ''],
])('the folder of %j is %j', (addresses, base) => {
  expect(sharedBase(addresses)).toBe(base);
});

test('begins every address and ends in a slash', () => {
  const part = fc.constantFrom('a', 'b', 'long-folder-name', '');
  const address = fc
    .array(part, { minLength: 1, maxLength: 5 })
    .map((parts) => `https://site.example/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.array(address, { minLength: 2, maxLength: 5 }), (addresses) => {
      const base = sharedBase(addresses);
      expect(base === '' || base.endsWith('/')).toBe(true);
      expect(addresses.every((each) => each.startsWith(base))).toBe(true);
    }),
  );
});
