import { expect, test } from '@jest/globals';
import { findContradictions, type PlacedSentence, sentencesOf } from '../../../src/core/patterns/contradictions.js';

const said = (documentId: string, text: string): PlacedSentence => ({ documentId, text });

test('finds other numbers and denials between documents, and nothing within one or in what agrees', () => {
  const sentences = [
    said('a', 'The session token expires after 30 minutes of silence.'),
    said('b', 'The session token expires after 90 minutes of silence.'),
    said('a', 'Retries are safe for requests that carry an idempotency key.'),
    said('c', "Retries aren't safe for requests that carry an idempotency key."),
    said('d', 'The archive is compressed nightly before the tape backup begins.'),
    said('e', 'The archive is compressed nightly before the tape backup begins.'),
    said('f', 'Deploy previews expire after 7 days of inactivity here.'),
    said('f', 'Deploy previews expire after 14 days of inactivity here.'),
    said('g', 'Our canteen serves soup on Mondays, which has nothing to do with it.'),
  ];
  const found = findContradictions(sentences).map(({ first, second, difference }) => [first, second, difference]);
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      [0, 1, 'numbers'],
      [2, 3, 'denial'],
    ]),
  );
});

test('sentences keep their words and lose their marks', () => {
  expect(sentencesOf('# A heading of a page\n\n- The first item is long enough.\nShort.')).toEqual([
    'A heading of a page'.length >= 20 ? 'A heading of a page' : 'The first item is long enough.',
  ]);
});
