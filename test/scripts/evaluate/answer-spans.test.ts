import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fingerprintOf,
  fingerprintText,
  holdsAnswer,
  markPhrase,
  staleSpans,
  wordsOf,
} from '../../../scripts/evaluate/answer-spans.js';

const file = { path: 'docs/locks.md', text: '# Locks\n\nTake the **lock** first;\nthen write the file.\n' };

describe('marked answers', () => {
  it('keep where the words stand, how many they are and their hash, and none of the words', () => {
    const span = markPhrase('q1', file, 'lock first; then WRITE');
    expect(span).toEqual({
      query: 'q1',
      document: file.path,
      lines: [3, 4],
      keys: [fingerprintOf(['lock', 'first', 'then', 'write'])],
    });
    expect(JSON.stringify(span)).not.toMatch(/first|write/);
  });

  it('are not made of words that do not stand there in this order, or are too few', () => {
    expect(markPhrase('q1', file, 'first take the lock')).toBeUndefined();
    expect(markPhrase('q1', file, 'the lock')).toBeUndefined();
  });

  it('are found whatever signs, lines and bars the answer puts between the words', () => {
    const spans = [markPhrase('q1', file, 'take the lock first')].filter((span) => span !== undefined);
    expect(holdsAnswer('1. Locks\n   | Take the\n   | `lock` FIRST, please', spans)).toBe(true);
    expect(holdsAnswer('take the first lock', spans)).toBe(false);
    expect(holdsAnswer('take the lock first', [])).toBe(false);
  });

  it('are found with and without the roles of reStructuredText, which are markup', () => {
    expect(wordsOf('Set :setting:`worker_max` and :py:class:`~app.Task` now: `x`')).toEqual(
      wordsOf('Set `worker_max` and `~app.Task` now: `x`'),
    );
  });

  it('are stale when the document is gone or the lines hold something else', () => {
    const span = markPhrase('q1', file, 'take the lock first');
    const spans = span === undefined ? [] : [span];
    expect(staleSpans(spans, [file])).toEqual([]);
    expect(staleSpans(spans, [{ ...file, text: `new line\n\n\n${file.text}` }])).toEqual(spans);
    expect(staleSpans(spans, [])).toEqual(spans);
  });

  it('hold in every text that contains the words in a row, and only there', () => {
    const word = fc.stringMatching(/^[a-c]{1,2}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(word, { maxLength: 12 }), (key, text) => {
        const isInside = ` ${text.join(' ')} `.includes(` ${key.join(' ')} `);
        expect(fingerprintText(text.join('-')).holds(fingerprintOf(key))).toBe(isInside);
      }),
    );
  });

  it('count words alike in composed and decomposed spelling', () => {
    expect(wordsOf('Caf\u0065\u0301 \ufb01ne')).toEqual(wordsOf('Café fine'));
  });
});
