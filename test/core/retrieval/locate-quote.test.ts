import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { locateQuote } from '../../../src/core/retrieval/locate-quote.js';

describe('locateQuote', () => {
  test('finds every slice of a text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.nat(), fc.nat(), (text, a, b) => {
        const start = a % text.length;
        const end = start + 1 + (b % (text.length - start));
        const found = locateQuote(text, text.slice(start, end), start);
        expect(found).toEqual({ start, end, isExact: true });
      }),
    );
  });

  test('prefers the occurrence nearest to the old place', () => {
    expect(locateQuote('ab ab ab', 'ab', 5)?.start).toBe(6);
    expect(locateQuote('ab ab ab', 'ab', 0)?.start).toBe(0);
    expect(locateQuote('ab ab ab', 'ab', 99)?.start).toBe(6);
  });

  test('forgives white space and says so', () => {
    expect(locateQuote('one\n  two   three', 'one two three', 0)).toEqual({ start: 0, end: 17, isExact: false });
  });

  test('does not find what is not there', () => {
    expect(locateQuote('one two', 'two one', 0)).toBeUndefined();
    expect(locateQuote('one two', '', 0)).toBeUndefined();
    expect(locateQuote('one two', ' \n', 0)).toBeUndefined();
  });
});
