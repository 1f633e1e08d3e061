import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitTask } from '../../../src/core/specialists/steps.js';

describe('steps of a task', () => {
  test.each<[task: string, pieces: string[]]>([
    ['First audit the form, then write tests for it', ['audit the form', 'write tests for it']],
    [
      'Replace the certificate and then restart the proxies. Finally, tell the team',
      ['Replace the certificate', 'restart the proxies', 'tell the team'],
    ],
    [
      'Please:\n1. read the log\n2) find the slow query\n3. add an index\n   on the date',
      ['read the log', 'find the slow query', 'add an index on the date'],
    ],
    ['- draw the chart\n- check its contrast', ['draw the chart', 'check its contrast']],
    ['Migrate the table; after that, warm the cache', ['Migrate the table', 'warm the cache']],
  ])('are those that it names: %s', (task, pieces) => {
    expect(splitTask(task)).toEqual({ isExplicit: true, pieces });
  });

  test.each([
    'If the token is old then refuse it',
    'Put the next page link below the table and above the footer',
    'Open the form and find out why nothing is announced',
    'The page is slow. Why?',
    'Write a typed reader of the export. It must refuse rows that are too long.',
    '',
  ])('are none where nothing says so: %s', (task) => {
    expect(splitTask(task)).toEqual({ isExplicit: false, pieces: [task] });
  });

  test('may be sentences that stand for themselves', () => {
    const task = 'Write a typed reader of the export. Draw a chart of the sales.';
    const pieces = ['Write a typed reader of the export.', 'Draw a chart of the sales.'];
    expect(splitTask(task)).toEqual({ isExplicit: false, pieces });
  });

  test('are at most eight, of words of the task, whatever it is', () => {
    const words = fc.constantFrom(
      'then',
      'first',
      ', then ',
      '\n1. ',
      '\n- ',
      '. ',
      'and',
      'run tests',
      'Read it',
      ' ',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 40 }), (parts) => {
        const task = parts.join(' ');
        const { pieces } = splitTask(task);
        expect(pieces.length).toBeGreaterThan(0);
        expect(pieces.length).toBeLessThanOrEqual(8);
        const known = new Set(task.split(/\s+/));
        for (const word of pieces.join(' ').split(/\s+/)) expect(task.includes(word) || known.has(word)).toBe(true);
      }),
    );
  });
});
