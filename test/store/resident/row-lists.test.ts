import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween } from '../../../src/store/resident/row-lists.js';

const list = (ids: readonly number[]) => ({ version: 1, ids: Float64Array.from([...ids].sort((a, b) => a - b)) });

describe('changesBetween', () => {
  it('tells what one list has and the other has not', () => {
    const ids = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { added, gone } = changesBetween(list(before), list(after));
        expect(added).toEqual(list(after.filter((id) => !before.includes(id))).ids);
        expect(gone).toEqual(list(before.filter((id) => !after.includes(id))).ids);
      }),
    );
    expect(changesBetween(undefined, list([3, 1])).added).toEqual(Float64Array.of(1, 3));
  });

  it('takes lists of any length', () => {
    const many = list(Array.from({ length: 500_000 }, (_, at) => at));
    expect(changesBetween(many, list([])).gone).toHaveLength(500_000);
  });
});
