import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RunCache } from '../../../src/core/static-model/run-cache.js';
import { visitRuns } from '../../../src/core/static-model/word-splitter.js';

const unitsOf = (run: string): number[] => Array.from({ length: run.length }, (_, at) => run.charCodeAt(at));

function expectRuns(cache: RunCache, text: string): void {
  const expected: number[][] = [];
  visitRuns(text, (run, isAscii) => expected.push([...unitsOf(run), isAscii ? 1 : 0]));
  const found: (readonly number[])[] = [];
  cache.read(text, (ids) => found.push(ids));
  expect(found).toEqual(expected);
}

const create = () => new RunCache((run, isAscii) => [...unitsOf(run), isAscii ? 1 : 0]);

test('every run has the ids that were made for it, however often it comes', () => {
  const cache = create();
  const piece = fc.constantFrom(
    'a',
    'ab',
    'ba',
    'word',
    '\u00e9',
    '\u6f22\u5b57',
    '\ud800',
    ' ',
    '\n',
    '\t',
    '\x7f',
    '\0',
    'x'.repeat(41),
  );
  const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => expectRuns(cache, parts.join(''))),
    { numRuns: 2_000, seed: 3 },
  );
});

test('more runs than are remembered, and texts longer than the room that is kept, are read all the same', () => {
  const cache = create();
  const runs = Array.from({ length: 140_000 }, (_, n) => `run${n}`);
  expectRuns(cache, runs.join(' '));
  expectRuns(cache, runs.slice(0, 100).join(' '));
  expectRuns(cache, 'z'.repeat(200_000));
});

test('a run is made once', () => {
  const made: string[] = [];
  const cache = new RunCache((run) => {
    made.push(run);
    return [made.length];
  });
  for (const text of ['one two', 'two one', ' one\ttwo ']) cache.read(text, () => undefined);
  expect(made).toEqual(['one', 'two']);
});
