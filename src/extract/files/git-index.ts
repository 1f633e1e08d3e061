/** Paths of a git index, from the root of its working tree, `/` between names. */
export interface GitIndex {
  readonly paths: readonly string[];
  /** Hex name of the shared index that a split index completes; empty for a whole one. */
  readonly shared: string;
}

const HEADER_BYTES = 12;
/** Bytes of an entry in front of the object id, and of the id in either kind of repository. */
const STAT_BYTES = 40;
const HASH_BYTES = [20, 32] as const;

/**
 * Reads the names in a git index (versions 2 to 4, gitformat-index). Git itself is not asked: in a folder that somebody
 * else made, its settings could have it run programs. Undefined for anything that is no index.
 */
export function readGitIndex(bytes: Uint8Array): GitIndex | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < HEADER_BYTES || data.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  for (const hashBytes of HASH_BYTES) {
    const read = readEntries(data, hashBytes);
    if (read !== undefined) return { paths: read.paths, shared: sharedName(data, read.end, hashBytes) };
  }
  return undefined;
}

interface Entries {
  readonly paths: string[];
  /** Where the extensions begin. */
  readonly end: number;
}

function readEntries(data: Buffer, hashBytes: number): Entries | undefined {
  const version = data.readUInt32BE(4);
  const count = data.readUInt32BE(8);
  if (version < 2 || version > 4) return undefined;
  const paths: string[] = [];
  let name = Buffer.alloc(0);
  let at = HEADER_BYTES;
  for (let entry = 0; entry < count; entry++) {
    const flagsAt = at + STAT_BYTES + hashBytes;
    if (flagsAt + 2 > data.length - hashBytes) return undefined;
    const flags = data.readUInt16BE(flagsAt);
    let nameAt = flagsAt + ((flags & 0x4000) !== 0 && version > 2 ? 4 : 2);
    let kept = Buffer.alloc(0);
    if (version === 4) {
      const cut = readVariable(data, nameAt);
      if (cut.value > name.length) return undefined;
      kept = name.subarray(0, name.length - cut.value);
      nameAt = cut.end;
    }
    const end = data.indexOf(0, nameAt);
    if (end < 0) return undefined;
    name = Buffer.concat([kept, data.subarray(nameAt, end)]);
    const length = flags & 0xfff;
    if (length !== Math.min(name.length, 0xfff)) return undefined; // the ids have another length
    // Entries of versions 2 and 3 are filled up with 1 to 8 zeros to a multiple of eight bytes.
    at = version === 4 ? end + 1 : at + (Math.floor((end - at) / 8) + 1) * 8;
    // A split index repeats what it replaces without its name.
    if (name.length > 0) paths.push(name.toString('utf8'));
  }
  return { paths, end: at };
}

/** A number in groups of seven bits, as offsets in packs are written. */
function readVariable(data: Buffer, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let byte = data[at++] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at < data.length) {
    byte = data[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at };
}

function sharedName(data: Buffer, start: number, hashBytes: number): string {
  for (let at = start; at + 8 <= data.length - hashBytes; at += 8 + data.readUInt32BE(at + 4)) {
    if (data.toString('latin1', at, at + 4) === 'link') return data.toString('hex', at + 8, at + 8 + hashBytes);
  }
  return '';
}
