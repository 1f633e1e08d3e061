import { expect, test } from '@jest/globals';
import { ThinPassages } from '../../../../src/core/curation/labelling/thin-passages.js';

const passage = (change: object) => ({
  chunkId: 'chk_a',
  documentId: 'doc_a',
  start: 100,
  end: 300,
  headingPath: ['Handbook', 'Priming the pump'],
  ...change,
});
const NOTHING = { questions: [], shown: [], written: [] };

test('while nothing was asked, no passage is thinner than another', () => {
  expect(new ThinPassages({ ...NOTHING, shown: ['chk_b'] }).needOf(passage({}))).toBe(0);
});

test('a passage that no query showed and whose heading no question touches is wanted most', () => {
  const thin = new ThinPassages({ ...NOTHING, questions: ['When do the bees swarm?'] });
  expect(thin.needOf(passage({}))).toBe(3);
});

test('a question with another form of a heading word has asked about it', () => {
  const thin = new ThinPassages({ ...NOTHING, questions: ['How are two pumps joined?'] });
  expect(thin.needOf(passage({}))).toBe(2);
  // Words that carry no meaning of their own ask about nothing.
  expect(new ThinPassages({ ...NOTHING, questions: ['Where is the harbour?'] }).needOf(passage({}))).toBe(3);
});

test('a sentence that ends a heading path is no heading, and a passage without one is judged by what finds it', () => {
  const thin = new ThinPassages({ ...NOTHING, questions: ['How are two pumps joined?'] });
  expect(thin.needOf(passage({ headingPath: ['The pump', 'What has to be there first:'] }))).toBe(2);
  expect(thin.needOf(passage({ headingPath: [] }))).toBe(2);
});

test('what a search showed, or what a question was written for, is found', () => {
  const questions = ['When do the bees swarm?'];
  expect(new ThinPassages({ ...NOTHING, questions, shown: ['chk_a'] }).needOf(passage({}))).toBe(1);
  const near = { documentId: 'doc_a', start: 299, end: 400 };
  expect(new ThinPassages({ ...NOTHING, questions, written: [near] }).needOf(passage({}))).toBe(1);
  const beside = [
    { documentId: 'doc_a', start: 300, end: 400 },
    { documentId: 'doc_b', start: 100, end: 300 },
  ];
  expect(new ThinPassages({ ...NOTHING, questions, written: beside }).needOf(passage({}))).toBe(3);
});
