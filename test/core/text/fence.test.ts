import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FENCE, fenceableLength, fenceText, makeVisible, oneLine } from '../../../src/core/text/fence.js';

/** Everything that somebody may take for the end of a line. */
const ANY_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const pieces = fc.array(
  fc.constantFrom(
    'a',
    ' ',
    '1. ',
    '(lines 1-2 of 3; go on with cursor x)',
    '\n',
    '\r',
    '\r\n',
    '\v',
    '\f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u001b[2J',
    '\u202e',
    '\u{e0041}',
    '   | ',
    '\0',
    '\t',
  ),
  { maxLength: 40 },
);

describe('text from outside', () => {
  test('has a bar before every line, whatever ends the one before', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        for (const line of fenceText(parts.join('')).split(ANY_BREAK)) expect(line.startsWith(FENCE)).toBe(true);
      }),
    );
  });

  test('never leaves the line, moves the cursor or hides in a value', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const line = oneLine(parts.join(''));
        expect(line.split(ANY_BREAK)).toHaveLength(1);
        for (const hidden of ['\u001b', '\0', '\u202e', '\u{e0041}']) expect(line).not.toContain(hidden);
        expect(oneLine(line)).toBe(line);
      }),
    );
  });

  test('stays letter by letter where it is harmless', () => {
    const text = 'Plain\ttext, Ümläute, \u{1f469}\u200d\u{1f4bb} and עברית.\n\n```js\nlet x;\n```';
    expect(makeVisible(text)).toBe(text);
    expect(fenceText(text).replace(/^ {3}\| /gm, '')).toBe(text);
  });

  test('as much is read as fits with its bars', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 20, max: 200 }), (parts, room) => {
        const text = parts.join('');
        const length = fenceableLength(text, room);
        if (length > 1) expect(fenceText(text.slice(0, length)).length).toBeLessThanOrEqual(room);
        if (text !== '') expect(length).toBeGreaterThan(0);
      }),
    );
  });
});
