import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineIndex } from '../../../src/core/text/lines.js';

describe('createLineIndex', () => {
  it('counts lines as an editor does', () => {
    expect(createLineIndex('').lineCount).toBe(1);
    expect(createLineIndex('a\n').lineCount).toBe(2);
    expect(createLineIndex('a\nb').lineCount).toBe(2);
  });

  it('gives a newline to the line it ends', () => {
    const index = createLineIndex('ab\ncd');
    expect([0, 2, 3, 5].map((offset) => index.lineAt(offset))).toEqual([1, 1, 2, 2]);
  });

  it('moves places outside the text to its nearest end', () => {
    const index = createLineIndex('ab\ncd');
    expect([index.lineAt(-5), index.lineAt(99), index.startOf(0), index.endOf(99), index.startOf(99)]).toEqual([
      1, 2, 0, 5, 3,
    ]);
  });

  it('agrees with splitting at newlines', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', 'a', 'b') }), (text) => {
        const index = createLineIndex(text);
        const lines = text.split('\n');
        expect(index.lineCount).toBe(lines.length);
        lines.forEach((line, at) => {
          expect(text.slice(index.startOf(at + 1), index.endOf(at + 1))).toBe(line);
          expect(index.lineAt(index.startOf(at + 1))).toBe(at + 1);
        });
      }),
    );
  });
});
