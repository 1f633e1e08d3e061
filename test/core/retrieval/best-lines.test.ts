import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bestLines, type ShowablePassage } from '../../../src/core/retrieval/best-lines.js';

const passage = (text: string, more: Partial<ShowablePassage> = {}): ShowablePassage => ({
  document: 'a',
  text,
  heading: '',
  share: 0.5,
  documentShare: 1,
  isNext: false,
  frame: 10,
  documentFrame: 20,
  ...more,
});

const shown = (passages: readonly ShowablePassage[], terms: readonly string[], room: number): string[][] =>
  bestLines(passages, { terms, room }).map((spans, at) =>
    spans.map(({ start, end }) => passages[at]?.text.slice(start, end) ?? ''),
  );

const FILLER = 'Nothing of this has to do with what was asked, it only takes room away from what does. '
  .repeat(2)
  .trim();

describe('the lines to read first', () => {
  test('are the best passage whole, then what holds the query elsewhere', () => {
    const best = passage(`The crane.\n\n${FILLER}`, { share: 1 });
    const other = passage(`${FILLER}\n\nThe winch brake is greased in spring.\n\n${FILLER}`, { share: 0.6 });
    expect(shown([best, other], ['winch', 'brake'], 450)).toEqual([
      [best.text],
      ['The winch brake is greased in spring.'],
    ]);
  });

  test('hold what stands behind a line that holds the query', () => {
    const text = `Which winch?\n\nThe blue one, by the door.\n\n${FILLER}`;
    expect(shown([passage(`${FILLER} ${FILLER}`, { share: 1 }), passage(text)], ['winch'], 640)[1]).toEqual([
      'Which winch?\n\nThe blue one, by the door.',
    ]);
  });

  test('are whole passages where none holds a word of the query', () => {
    const passages = [passage('One.', { share: 1 }), passage('Two.', { document: 'b' })];
    expect(shown(passages, ['winch'], 500)).toEqual([['One.'], ['Two.']]);
  });

  test('are something even where there is no room', () => {
    expect(shown([passage(FILLER), passage('The winch.', { share: 0.9 })], ['winch'], 0).flat()).toEqual([
      'The winch.',
    ]);
    expect(bestLines([], { terms: [], room: 100 })).toEqual([]);
  });

  test('are runs in order within each passage, and stay within the room', () => {
    const word = fc.constantFrom('winch ', 'brake. ', 'crane ', '\n', '\n\n', '# Spring\n', 'door:\n\n');
    const one = fc.record({
      text: fc.array(word, { minLength: 1, maxLength: 80 }).map((words) => `x${words.join('')}x`),
      document: fc.constantFrom('a', 'b', 'c'),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      isNext: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 1500 }), (parts, room) => {
        const passages = parts.map((part) => passage(part.text, part));
        const spans = bestLines(passages, { terms: ['winch', 'crane'], room });
        expect(spans).toHaveLength(passages.length);
        for (const [at, own] of spans.entries()) {
          for (const [nth, { start, end }] of own.entries()) {
            expect(start).toBeGreaterThanOrEqual(own[nth - 1]?.end ?? 0);
            expect(end).toBeLessThanOrEqual(passages[at]?.text.length ?? 0);
          }
        }
        const flat = spans.flat();
        expect(flat.length).toBeGreaterThan(0);
        const total = flat.reduce((sum, { start, end }) => sum + end - start, 0);
        if (flat.length > 1) expect(total).toBeLessThanOrEqual(room);
        expect(bestLines(passages, { terms: ['winch', 'crane'], room })).toEqual(spans);
      }),
    );
  });
});
