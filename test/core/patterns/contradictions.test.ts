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

test('takes what speaks of other things, versions and fragments for no contradiction', () => {
  const sentences = [
    said('a', 'You can request up to 104 advanced sick leave hours.'),
    said('b', 'You can request up to 56 advanced annual leave hours.'),
    said('a', 'The client library v3 talks to the ledger server.'),
    said('b', 'The client library v4 talks to the ledger server.'),
    said('a', 'If no socket is given, a connection is taken from the shared pool.'),
    said('b', 'A connection is taken from the shared pool.'),
  ];
  const found = findContradictions(sentences).filter(({ difference }) => difference === 'numbers');
  expect(found).toEqual([]);
});

test('sentences keep their words and lose their marks; a wrapped one is whole, and code is none', () => {
  const text = [
    '# A heading of many plain words',
    '',
    '- The first item is long enough.',
    'A paragraph that is wrapped',
    'is one sentence all the same.',
    'Short.',
    '',
    '```python',
    'if exc.errno not in (errno.ESRCH, errno.EPERM): raise',
    'This line of prose stands in code.',
    '```',
    'Copyright 2009 by the contributors of this project.',
    'Does a question contradict anything at all?',
    'def clone(self, args=None, kwargs=None) -> None:',
  ].join('\n');
  expect(sentencesOf(text)).toEqual([
    'A heading of many plain words',
    'The first item is long enough.',
    'A paragraph that is wrapped is one sentence all the same.',
  ]);
});
