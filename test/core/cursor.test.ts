import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../src/core/cursor.js';
import { QuarryError } from '../../src/core/errors.js';

test('a cursor gives back its offset for the same request only', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.jsonValue(), (offset, binding) => {
      const cursor = encodeCursor(offset, ['search', binding]);
      expect(decodeCursor(cursor, ['search', binding])).toBe(offset);
      expect(() => decodeCursor(cursor, ['list', binding])).toThrow(QuarryError);
    }),
  );
});

test('a damaged cursor is refused with a hint', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        decodeCursor(text, 'x');
        throw new RangeError('accepted');
      } catch (error) {
        expect(error).toBeInstanceOf(QuarryError);
        expect(error).toMatchObject({ code: 'CURSOR_INVALID', hint: expect.stringContaining('without a cursor') });
      }
    }),
  );
});

test('no cursor means the beginning', () => {
  expect(decodeCursor(undefined, 'x')).toBe(0);
});
