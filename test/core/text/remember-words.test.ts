import { expect, test } from '@jest/globals';
import { rememberWords } from '../../../src/core/text/remember-words.js';

test('gives what the function makes, once for each word, and again when many others came between', () => {
  const made: string[] = [];
  const upper = rememberWords((word) => {
    made.push(word);
    return word.toUpperCase();
  });
  expect(['a', 'ü', 'a', '\ud800', 'ü', ''].map(upper)).toEqual(['A', 'Ü', 'A', '\ud800', 'Ü', '']);
  expect(made).toEqual(['a', 'ü', '\ud800', '']);
  for (let n = 0; n < 40_000; n++) upper(`word${n}`);
  expect(upper('a')).toBe('A');
  expect(made.filter((word) => word === 'a')).toHaveLength(2);
});

test('words too long to be remembered are made anew', () => {
  let calls = 0;
  const count = rememberWords(() => ++calls);
  const long = 'x'.repeat(61);
  expect([count(long), count(long)]).toEqual([1, 2]);
});
