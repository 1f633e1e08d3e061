import { describe, expect, test } from '@jest/globals';
import { askedForm, formFactor } from '../../../src/core/ranking/asked-form.js';
import { parseQuery } from '../../../src/core/text/query.js';

const formOf = (query: string) => askedForm(parseQuery(query));

describe('what form of document a question asks for', () => {
  test.each([
    'where is the retry delay computed',
    'which function merges two manifests',
    'what class parses the schedule',
    'code that drops impossible pairs',
    'helper that redacts secrets in logs',
    'implementation of the token bucket',
    'how is the lease implemented',
    'which tests cover the parser',
    'Where does the scheduler keep its state',
  ])('a program: %s', (query) => {
    expect(formOf(query)).toBe('program');
  });

  test.each([
    'where do I find the leave policy',
    'where is the retry policy documented',
    'what code style do we use',
    'which file do I edit to change the port',
    'which file formats are supported',
    'how do I implement a custom backend',
    'worker loses its connection after an hour',
    'what does exit code 137 mean here',
    'is there a code of conduct for events',
  ])('a page: %s', (query) => {
    expect(formOf(query)).toBe('page');
  });

  test.each(['ErrDirty', 'result_expires default', 'retry', 'to be or not to be'])('either: %s', (query) => {
    expect(formOf(query)).toBe('any');
  });
});

describe('what a document keeps of its score', () => {
  test('all, in the form that is asked for and where none is', () => {
    for (const isProgram of [true, false]) expect(formFactor(isProgram, 'any', 0)).toBe(1);
    expect(formFactor(true, 'program', 0)).toBe(1);
    expect(formFactor(false, 'page', 0)).toBe(1);
  });

  test('less in the other form; programs the less so, the more of the question is names', () => {
    expect(formFactor(false, 'program', 0)).toBeLessThan(0.9);
    expect(formFactor(true, 'page', 0)).toBeLessThan(formFactor(true, 'page', 0.5));
    expect(formFactor(true, 'page', 1)).toBe(1);
  });
});
