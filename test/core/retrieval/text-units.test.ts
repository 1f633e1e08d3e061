import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { textUnits } from '../../../src/core/retrieval/text-units.js';

const unitsOf = (text: string): string[] => textUnits(text).map(({ start, end }) => text.slice(start, end));

describe('the units of a text', () => {
  test('are its paragraphs', () => {
    expect(unitsOf('One line.\nAnother.\n\n  Two.\n \n\nThree.\n')).toEqual(['One line.\nAnother.', 'Two.', 'Three.']);
  });

  test('keep what announces something with what it announces', () => {
    expect(unitsOf('# Install\n\nRun this:\n\n```sh\nnpm ci\n```\n\nDone.')).toEqual([
      '# Install\n\nRun this:\n\n```sh\nnpm ci\n```',
      'Done.',
    ]);
    expect(unitsOf('Now remove it.\n\n~~~\nrm -r it\n~~~\n\nDone.')).toEqual([
      'Now remove it.\n\n~~~\nrm -r it\n~~~',
      'Done.',
    ]);
    expect(unitsOf('Text.\n\n## Last')).toEqual(['Text.', '## Last']);
  });

  test('are parts of long paragraphs, cut at sentences, at words where there are none, and never within a character', () => {
    const sentence = 'The winch lifts two crates at a time and stops by itself. ';
    const parts = unitsOf(sentence.repeat(20));
    expect(parts.every((part) => part.length <= 400 && part.endsWith('itself.'))).toBe(true);
    expect(unitsOf('winch '.repeat(300)).every((part) => /^(winch ?)+$/.test(part) && part.length <= 400)).toBe(true);
    expect(unitsOf(`a${'\u{1f600}'.repeat(900)}`).every((part) => Buffer.from(part).toString() === part)).toBe(true);
  });

  test('hold everything but white space, in order, once', () => {
    const piece = fc.constantFrom(
      'word ',
      'A sentence. ',
      '\n',
      '\n\n',
      '# Head\n',
      'list:\n',
      ' ',
      'x'.repeat(450),
      '\u3002',
      '\u{1f600}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const units = textUnits(text);
        for (const [at, { start, end }] of units.entries()) {
          expect(start).toBeGreaterThanOrEqual(units[at - 1]?.end ?? 0);
          expect(text.slice(start, end)).toBe(text.slice(start, end).trim());
          expect(end).toBeGreaterThan(start);
        }
        expect(unitsOf(text).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});
