import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contextTokens, embedTextWithin, fitsRoom } from '../../../src/core/text/embed-room.js';
import { embedTextOf } from '../../../src/core/text/embed-text.js';

const countTokens = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;
const words = (max: number) =>
  fc
    .array(fc.constantFrom('iron', 'anvil', 'forge', 'coal'), { minLength: 1, maxLength: max })
    .map((list) => list.join(' '));
const parts = fc.record({ title: words(30), headingPath: fc.array(words(20), { maxLength: 5 }), text: words(40) });

it('makes the title and the headings give way, and never the text, where the model would cut', () => {
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 120 }), (chunk, maxTokens) => {
      const room = { maxTokens, countTokens };
      const text = embedTextWithin(chunk, room);
      expect(text.endsWith(chunk.text)).toBe(true);
      if (countTokens(chunk.text) <= maxTokens) expect(countTokens(text)).toBeLessThanOrEqual(maxTokens);
      const whole = embedTextOf(chunk);
      if (countTokens(whole) <= maxTokens) expect(text).toBe(whole);
      expect(fitsRoom(whole, room)).toBe(countTokens(whole) <= maxTokens);
      expect(contextTokens(chunk, room)).toBeLessThanOrEqual(maxTokens / 2);
    }),
    { seed: 5 },
  );
});
