import { expect, test } from '@jest/globals';
import { outline } from '../../src/operations/outline.js';

test('counts by label are drawn as bars, other lists stay lists', () => {
  const bars = [
    { label: 'MIT', count: 4 },
    { label: 'unknown', count: 2 },
  ];
  const lines = outline({ licences: bars, none: [], rows: [{ label: 'a', count: 1, more: true }] });
  expect(lines).toEqual([
    'licences:',
    `  MIT     ${'\u2588'.repeat(24)} 4`,
    `  unknown ${'\u2588'.repeat(12).padEnd(24)} 2`,
    'none: ',
    'rows:',
    '  - label: a',
    '    count: 1',
    '    more: true',
  ]);
});
