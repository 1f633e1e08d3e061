import { describe, expect, test } from '@jest/globals';
import { answerSchema, type WorkItem, writingItem } from '../../../../src/core/curation/labelling/campaign.js';
import { checkGrades, checkWritten } from '../../../../src/core/curation/labelling/check-answer.js';

const PASSAGE =
  'The caf\u00e9 opens at nine o\u2019clock,\n  but the kitchen follows an hour later.\n|--------|-----------|';
const origin: WorkItem['origin'] = {
  collection: 'c',
  documentId: 'd',
  sourceId: 's',
  uri: 'u',
  contentHash: '',
  start: 0,
  end: 1,
  licence: '',
  language: '',
  category: '',
};
const written = writingItem(PASSAGE, origin, { seed: 1, why: '' });
const graded: WorkItem = {
  ...written,
  task: 'grade',
  passages: [
    { place: 0, text: PASSAGE },
    { place: 1, text: 'The garden closes before the kitchen does.' },
  ],
  gold: [null, null],
};

/** Why a grade above 0 of the first passage with this quote is refused; null when it is taken. */
function verdictOn(quote: string): string | null {
  const grades = [
    { label: 'A', grade: 2, quote },
    { label: 'B', grade: 0 },
  ];
  return checkGrades(graded, answerSchema.parse({ grades }))?.rejection ?? null;
}

describe('a quote', () => {
  test.each([
    ['word for word', 'the kitchen follows an hour later'],
    ['with other white space', 'o\u2019clock, but\tthe   kitchen\nfollows'],
    ['with white space around it', '  \n the kitchen follows \t'],
    ['of the whole passage', PASSAGE],
  ])('%s is taken', (_, quote) => {
    expect(verdictOn(quote)).toBeNull();
  });

  test.each([
    ['in other case', 'The Kitchen Follows an hour later', 'quote-not-found'],
    ['with words left out', 'The caf\u00e9 opens ... an hour later', 'quote-not-found'],
    ['with an ellipsis at its end', 'the kitchen follows an hour\u2026', 'quote-not-found'],
    ['with a changed word', 'the kitchen follows two hours later', 'quote-not-found'],
    ['with other quotation marks', "opens at nine o'clock", 'quote-not-found'],
    ['with another spelling of the same letter', 'The cafe\u0301 opens at nine', 'quote-not-found'],
    ['in quotation marks of its own', '"the kitchen follows an hour later"', 'quote-not-found'],
    ['from another passage', 'garden closes before the kitchen', 'quote-not-found'],
    ['of words that white space joins', 'the kit chen follows an hour', 'quote-not-found'],
    ['that is empty', '', 'quote-too-short'],
    ['of white space', ' \n\t             ', 'quote-too-short'],
    ['of a ruled line without words', '|--------|-----------|', 'quote-too-short'],
    ['of a word or two', 'the kitchen', 'quote-too-short'],
  ])('%s is refused', (_, quote, rejection) => {
    expect(verdictOn(quote)).toBe(rejection);
    const answer = answerSchema.parse({ question: 'When can guests have a meal there?', answer: 'At ten.', quote });
    expect(checkWritten(written, answer)?.rejection).toBe(rejection);
  });
});

test('every passage is graded once, and none that was not shown', () => {
  const quote = 'the kitchen follows an hour later';
  const rejectionOf = (labels: readonly string[]): string | undefined =>
    checkGrades(graded, answerSchema.parse({ grades: labels.map((label) => ({ label, grade: 0, quote })) }))?.rejection;
  expect(rejectionOf(['A', 'B'])).toBeUndefined();
  for (const labels of [[], ['A'], ['A', 'A'], ['A', 'B', 'B'], ['A', 'B', 'C']]) {
    expect(rejectionOf(labels)).toBe('grades-missing');
  }
});

test('a question that repeats the passage is refused, also in a script without spaces', () => {
  const passage =
    '\u6a5f\u5668\u306f\u6bce\u671d\u516d\u6642\u306b\u81ea\u52d5\u7684\u306b\u518d\u8d77\u52d5\u3055\u308c\u307e\u3059\u3002';
  const item = writingItem(passage, origin, { seed: 1, why: '' });
  const answerWith = (question: string): string | undefined =>
    checkWritten(item, answerSchema.parse({ question, answer: '\u516d\u6642', quote: passage }))?.rejection;
  expect(answerWith(`${passage.slice(0, -1)}\u304b?`)).toBe('too-close');
  expect(answerWith('\u518d\u8d77\u52d5\u306f\u3044\u3064\u884c\u308f\u308c\u307e\u3059\u304b?')).toBeUndefined();
});
