import { expect, test } from '@jest/globals';
import { measureDrift } from '../../../src/core/patterns/drift.js';
import type { LoggedSearch } from '../../../src/core/specialists/feedback.js';

const search = (at: number, isDoubtful: boolean): LoggedSearch => ({
  at: new Date(at * 1000).toISOString(),
  query: `query ${at}`,
  specialist: '',
  shown: ['chk_1'],
  relevance: 0.5,
  isDoubtful,
  placement: null,
  draft: null,
});

test('tells of queries that drift away, names them, and tells nothing of few', () => {
  const searches = Array.from({ length: 100 }, (_, at) => search(at, at >= 50 && at % 2 === 0));
  const drift = measureDrift([...searches].reverse());
  expect(drift).toMatchObject({ earlier: { searches: 50, doubtful: 0 }, later: { searches: 50, doubtful: 25 } });
  expect(drift?.low).toBeGreaterThan(0.2);
  expect(drift?.queries[0]).toBe('query 98');
  expect(measureDrift(searches.slice(0, 39))).toBeUndefined();
});

test('of steady queries has an interval around nothing', () => {
  const drift = measureDrift(Array.from({ length: 80 }, (_, at) => search(at, at % 4 === 0)));
  expect(drift?.low).toBeLessThanOrEqual(0);
  expect(drift?.high).toBeGreaterThanOrEqual(0);
});
