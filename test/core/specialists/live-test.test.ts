import { describe, expect, it } from '@jest/globals';
import type { Feedback } from '../../../src/core/specialists/feedback.js';
import { DECIDING_EVIDENCE, liveResult } from '../../../src/core/specialists/live-test.js';
import { createRandom } from '../../../src/core/statistics/random.js';
import { signEvidence } from '../../../src/core/statistics/sign-evidence.js';

type Teams = ('a' | 'b' | 'both')[];

function feedback(task: string, used: readonly string[], teams: Teams = ['a', 'b', 'b'], test = 'live_1'): Feedback {
  const shown = ['x', 'y', 'z'];
  const search = { shown, placement: null, draft: { test, teams } };
  return { at: '', task, specialist: 'smith', tool: '', used: [...used], useless: [], isSuccess: null, search };
}

/** Whether so many draws with this chance of winning ever show evidence that decides, looking after each. */
function everDecides(chance: number, draws: number, seed: number): boolean {
  const random = createRandom(seed);
  let wins = 0;
  for (let at = 1; at <= draws; at++) {
    if (random() < chance) wins += 1;
    if (signEvidence(wins, at - wins) >= DECIDING_EVIDENCE) return true;
  }
  return false;
}

describe('evidence of wins and losses', () => {
  it('is 2^n w! l! / (n + 1)!', () => {
    expect(signEvidence(0, 0)).toBeCloseTo(1, 9);
    expect(signEvidence(3, 1)).toBeCloseTo((16 * 6 * 1) / 120, 9);
    expect(signEvidence(10, 0)).toBeCloseTo(1024 / 11, 6);
    expect(signEvidence(2, 7)).toBeCloseTo(signEvidence(7, 2), 9);
  });

  it('decides between equals in one of twenty tests at most, however often one looks', () => {
    const wrong = Array.from({ length: 2_000 }, (_, seed) => everDecides(0.5, 400, seed)).filter(Boolean).length;
    expect(wrong / 2_000).toBeLessThanOrEqual(0.05);
  });

  it('finds a preference of three to one within a hundred and fifty queries', () => {
    const found = Array.from({ length: 200 }, (_, seed) => everDecides(0.75, 150, seed)).filter(Boolean).length;
    expect(found).toBeGreaterThan(190);
  });
});

describe('what a live test has come to', () => {
  it('counts whose results were used more', () => {
    const all = [feedback('one', ['y', 'z']), feedback('two', ['x']), feedback('three', ['x', 'y'])];
    expect(liveResult('live_1', all, 9)).toMatchObject({ searches: 9, wins: 1, losses: 1, ties: 1, verdict: 'open' });
  });

  it('counts a query once, by the first feedback that names a result', () => {
    const many = Array.from({ length: 30 }, () => feedback('again', ['x']));
    const all = [feedback('again', []), feedback('again', ['elsewhere']), feedback('again', ['y']), ...many];
    expect(liveResult('live_1', all, 33)).toMatchObject({ wins: 1, losses: 0, ties: 0, verdict: 'open' });
  });

  it('gives nobody credit for what both begin with', () => {
    const all = [feedback('one', ['x'], ['both', 'a', 'b']), feedback('two', ['x', 'z'], ['both', 'a', 'b'])];
    expect(liveResult('live_1', all, 2)).toMatchObject({ wins: 1, losses: 0, ties: 1 });
  });

  it('leaves out what was said of other searches', () => {
    const other = { ...feedback('one', ['y']), search: { shown: ['y'], placement: null, draft: null } };
    const all = [other, { ...other, search: null }, feedback('two', ['y'], ['a', 'b', 'b'], 'live_2')];
    expect(liveResult('live_1', all, 0)).toMatchObject({ wins: 0, losses: 0, ties: 0, verdict: 'open' });
  });

  it('says which is better once the evidence decides', () => {
    const won = Array.from({ length: 9 }, (_, at) => feedback(`query ${at}`, ['y']));
    const lost = Array.from({ length: 9 }, (_, at) => feedback(`query ${at}`, ['x']));
    expect(liveResult('live_1', won, 9).verdict).toBe('candidate');
    expect(liveResult('live_1', lost, 9).verdict).toBe('current');
    expect(liveResult('live_1', won.slice(0, 6), 6).verdict).toBe('open');
  });
});
