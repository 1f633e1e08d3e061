import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignSplits, proveSplits, type SplitMember } from '../../../src/core/curation/split-examples.js';

const shares = { train: 0.6, validation: 0.2, test: 0.2 };
const member = (id: string, document: string, split: SplitMember['split'] = ''): SplitMember => ({
  id,
  split,
  keys: { 'same-document': [document] },
});

const members = fc
  .array(fc.record({ document: fc.integer({ min: 0, max: 15 }), query: fc.integer({ min: 0, max: 15 }) }), {
    maxLength: 60,
  })
  .map((rows) =>
    rows.map(
      ({ document, query }, at): SplitMember => ({
        id: `ex${at}`,
        split: '',
        keys: { 'same-document': [`d${document}`], 'same-query': query > 10 ? [`q${query}`] : [] },
      }),
    ),
  );

describe('assignSplits', () => {
  test('never lets a link cross', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 0, max: 99 }), (rows, seed) => {
        const { splits, links } = assignSplits(rows, [], { shares, seed });
        expect(proveSplits(splits, links).crossing).toEqual([]);
      }),
      { seed: 3 },
    );
  });

  test('never moves a row when rows are added', () => {
    fc.assert(
      fc.property(members, members, (old, added) => {
        const before = assignSplits(old, [], { shares, seed: 1 }).splits;
        const kept = old.map((row, at): SplitMember => ({ ...row, split: before[at] ?? '' }));
        const all = [...added.map((row): SplitMember => ({ ...row, id: `new-${row.id}` })), ...kept];
        const after = assignSplits(all, [], { shares, seed: 1 });
        expect(after.splits.slice(added.length)).toEqual(before);
        expect(after.moved).toEqual([]);
        expect(proveSplits(after.splits, after.links).crossing).toEqual([]);
      }),
      { seed: 4 },
    );
  });

  test('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(members, (rows) => {
        const forward = assignSplits(rows, [], { shares, seed: 9 }).splits;
        const backward = assignSplits([...rows].reverse(), [], { shares, seed: 9 }).splits;
        expect([...backward].reverse()).toEqual(forward);
      }),
      { seed: 5 },
    );
  });

  test('comes near the shares when there are many components', () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => member(`ex${at}`, `d${at}`));
    const { splits } = assignSplits(rows, [], { shares, seed: 1 });
    const testShare = splits.filter((split) => split === 'test').length / rows.length;
    expect(Math.abs(testShare - 0.2)).toBeLessThan(0.02);
  });

  test('leaves a new row that would tie two splits together without a split', () => {
    const rows: SplitMember[] = [
      { id: 'a', split: 'train', keys: { 'same-document': ['one'] } },
      { id: 'b', split: 'test', keys: { 'same-document': ['two'] } },
      { id: 'c', split: '', keys: { 'same-document': ['one', 'two'] } },
    ];
    const result = assignSplits(rows, [], { shares, seed: 1 });
    expect(result.splits).toEqual(['train', 'test', '']);
    expect(result.bridges).toEqual([2]);
  });

  test('mends a crossing link that was given by moving the row to the training side', () => {
    const rows = [member('a', 'one', 'train'), member('b', 'one', 'test')];
    const result = assignSplits(rows, [], { shares, seed: 1 });
    expect(result.splits).toEqual(['train', 'train']);
    expect(result.moved).toEqual([1]);
  });

  test('refuses shares that do not add up', () => {
    expect(() => assignSplits([], [], { shares: { train: 0.5, validation: 0.1, test: 0.1 }, seed: 1 })).toThrow(
      /add up to/,
    );
  });
});

describe('proveSplits', () => {
  test('names a planted crossing edge', () => {
    const link = { first: 0, second: 1, kind: 'near-duplicate' as const };
    expect(proveSplits(['train', 'test', 'test'], [link]).crossing).toEqual([link]);
    expect(proveSplits(['train', ''], [link]).crossing).toEqual([]);
  });
});
