import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ERROR_TABLE, type ErrorCode, QuarryError } from '../../src/core/errors.js';
import { toEdgeError } from '../../src/edges/edge-error.js';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[]; // The keys of the table are the codes.

test.each(CODES)('%s always has a hint', (code) => {
  expect(toEdgeError(new QuarryError(code, 'It happened.')).hint).toMatch(/\w.+\.$/);
});

test('an own error keeps its words', () => {
  const error = toEdgeError(new QuarryError('JOB_NOT_FOUND', 'No job.', { hint: 'List jobs.', details: { id: 'x' } }));
  expect(error.toReport()).toEqual({
    code: 'JOB_NOT_FOUND',
    message: 'No job.',
    hint: 'List jobs.',
    details: { id: 'x' },
    retryable: false,
  });
});

test('whatever else was thrown shows nothing of itself, and is kept for the log', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything().filter((value) => value !== undefined),
        fc.string().map((text) => new Error(`at /home/someone ${text}`)),
      ),
      (thrown) => {
        const error = toEdgeError(thrown);
        expect(error).toMatchObject({
          code: 'INTERNAL',
          message: 'Something went wrong inside Quarry.',
          cause: thrown,
        });
        expect(JSON.stringify(error.toReport())).not.toContain('/home/someone');
      },
    ),
  );
});

test('an abort is a cancellation, a full disk says so', () => {
  expect(toEdgeError(Object.assign(new Error('x'), { name: 'AbortError' })).code).toBe('CANCELLED');
  expect(toEdgeError(Object.assign(new Error('x'), { code: 'ENOSPC' })).code).toBe('STORE_FULL');
});

test('an endless message is cut', () => {
  expect(toEdgeError(new QuarryError('INPUT_INVALID', 'x'.repeat(1e6))).message.length).toBeLessThan(3_000);
});
