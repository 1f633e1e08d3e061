import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalizeText } from '../../../src/core/text/normalize-text.js';

describe('normalizeText', () => {
  it('strips one byte order mark, NULs and carriage returns', () => {
    expect(normalizeText('\ufeffa\r\nb\rc\0d\n')).toBe('a\nb\ncd\n');
  });

  it('replaces only surrogates that stand alone', () => {
    expect(normalizeText('x\ud83d y\udc00 \ud83d\ude00')).toBe('x\ufffd y\ufffd \ud83d\ude00');
  });

  it('is idempotent and leaves nothing that the store would change', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\r', '\n', '\0', '\ud800', '\udfff', 'a', '\ud83d\ude00') }),
        (text) => {
          const once = normalizeText(text);
          expect(normalizeText(once)).toBe(once);
          expect(Buffer.from(once, 'utf8').toString('utf8')).toBe(once);
          expect(once).not.toMatch(/[\r\0]/);
        },
      ),
    );
  });
});
