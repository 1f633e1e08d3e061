import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Progress } from '../../../src/core/types.js';
import { createProgressNotifier } from '../../../src/edges/mcp/progress-notifier.js';

interface Sent {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** Reports at given moments; gives what was sent. */
function run(reports: readonly (readonly [atMs: number, Progress])[], intervalMs = 0): Sent[] {
  const sent: Sent[] = [];
  let now = 0;
  const report = createProgressNotifier({ elapsedMs: () => now, send: (params) => sent.push(params), intervalMs });
  for (const [atMs, progress] of reports) {
    now = atMs;
    report(progress);
  }
  return sent;
}

const step = (stage: string, done: number, total = 0): Progress => ({ stage, done, total });

test('stages that count from 0 again are laid end to end', () => {
  const sent = run([
    [0, step('extract', 5, 10)],
    [1, step('extract', 10, 10)],
    [2, step('embed', 0, 4)],
    [3, step('embed', 4, 4)],
  ]);
  expect(sent).toEqual([
    { progress: 5, total: 10, message: 'extract' },
    { progress: 10, total: 10, message: 'extract' },
    { progress: 14, total: 14, message: 'embed' },
  ]);
});

test('what does not rise is not sent', () => {
  expect(run([5, 5, 3, 6].map((done, i) => [i, step('a', done)])).map((sent) => sent.progress)).toEqual([5, 6]);
});

test('no more than one in an interval is sent', () => {
  const sent = run(
    [0, 50, 199, 200, 399, 401].map((at) => [at, step('a', at + 1)]),
    200,
  );
  expect(sent.map(({ progress }) => progress)).toEqual([1, 201, 402]);
});

test('an unknown total is left out; the message of the work is kept', () => {
  expect(run([[0, { stage: 'a', done: 1, total: 0, message: 'reading x' }]])).toEqual([
    { progress: 1, message: 'reading x' },
  ]);
});

test('whatever is reported, progress rises strictly and never passes its total', () => {
  const progress = fc.record({
    stage: fc.constantFrom('a', 'b', 'c'),
    done: fc.oneof(fc.integer({ min: -5, max: 100 }), fc.double()),
    total: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
  });
  fc.assert(
    fc.property(fc.array(progress), (reports) => {
      const sent = run(reports.map((report, i) => [i, report]));
      sent.forEach(({ progress: value, total }, i) => {
        expect(value).toBeGreaterThan(sent[i - 1]?.progress ?? -1);
        expect(total ?? value).toBeGreaterThanOrEqual(value);
      });
    }),
  );
});
