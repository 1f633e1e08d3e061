import { describe, expect, it } from '@jest/globals';
import { roaringMembers } from '../../src/store/roaring.js';

const shorts = (...numbers: number[]): number[] => numbers.flatMap((number) => [number & 255, number >> 8]);
const members = (...bytes: number[]): number[] => [...roaringMembers(Buffer.from(bytes))];

describe('roaringMembers', () => {
  it('reads listed members of several containers', () => {
    const header = [0x3a, 0x30, 0, 0, 2, 0, 0, 0, ...shorts(0, 1, 3, 0)];
    const places = [24, 0, 0, 0, 28, 0, 0, 0];
    expect(members(...header, ...places, ...shorts(5, 700, 9))).toEqual([5, 700, 3 * 65_536 + 9]);
  });

  it('reads runs', () => {
    // One container of runs and one of listed members; fewer than four, so no places follow.
    const header = [0x3b, 0x30, ...shorts(1), 0b01, ...shorts(0, 4, 1, 1)];
    expect(members(...header, ...shorts(2, 10, 2, 20, 1), ...shorts(7, 8))).toEqual([
      ...[10, 11, 12, 20, 21],
      ...[65_536 + 7, 65_536 + 8],
    ]);
  });

  it('reads bits', () => {
    const header = [0x3a, 0x30, 0, 0, 1, 0, 0, 0, ...shorts(0, 4_999), 16, 0, 0, 0];
    const bits = Buffer.alloc(8_192);
    const wanted = Array.from({ length: 5_000 }, (_, at) => at * 13);
    for (const member of wanted) bits[member >> 3] = (bits[member >> 3] ?? 0) | (1 << (member & 7));
    expect(members(...header, ...bits)).toEqual(wanted);
  });

  it('refuses what is none', () => {
    expect(() => members(1, 2, 3, 4)).toThrow(RangeError);
  });
});
