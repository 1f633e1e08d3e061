/** Marks of the serialised format: https://github.com/RoaringBitmap/RoaringFormatSpec */
const WITHOUT_RUNS = 12_346;
const WITH_RUNS = 12_347;
/** From so many containers on, the places of all follow the header also where there are runs. */
const MANY_CONTAINERS = 4;
/** Containers of more members are bits. */
const MOST_LISTED = 4_096;
const BITS_BYTES = 8_192;

/** The members of a serialised roaring bitmap of 32-bit numbers. @throws RangeError when it is none */
export function* roaringMembers(bytes: Buffer): Generator<number> {
  const cookie = bytes.readUInt32LE(0);
  const hasRuns = (cookie & 0xffff) === WITH_RUNS;
  if (!hasRuns && cookie !== WITHOUT_RUNS) throw new RangeError('No roaring bitmap.');
  const count = hasRuns ? (cookie >>> 16) + 1 : bytes.readUInt32LE(4);
  const runBits = hasRuns ? 4 : -1;
  const header = hasRuns ? 4 + ((count + 7) >> 3) : 8;
  let at = header + count * 4 + (!hasRuns || count >= MANY_CONTAINERS ? count * 4 : 0);
  for (let container = 0; container < count; container++) {
    const key = bytes.readUInt16LE(header + container * 4) * 65_536;
    const members = bytes.readUInt16LE(header + container * 4 + 2) + 1;
    const isRuns = hasRuns && ((bytes.readUInt8(runBits + (container >> 3)) >> (container & 7)) & 1) === 1;
    if (isRuns) {
      const runs = bytes.readUInt16LE(at);
      for (let run = 0; run < runs; run++) {
        const first = bytes.readUInt16LE(at + 2 + run * 4);
        const more = bytes.readUInt16LE(at + 4 + run * 4);
        for (let member = first; member <= first + more; member++) yield key + member;
      }
      at += 2 + runs * 4;
    } else if (members <= MOST_LISTED) {
      for (let index = 0; index < members; index++) yield key + bytes.readUInt16LE(at + index * 2);
      at += members * 2;
    } else {
      for (let bit = 0; bit < BITS_BYTES * 8; bit++)
        if (((bytes.readUInt8(at + (bit >> 3)) >> (bit & 7)) & 1) === 1) yield key + bit;
      at += BITS_BYTES;
    }
  }
}
