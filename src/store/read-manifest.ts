import { readFile } from 'node:fs/promises';

/** A part of a table's rows: the files that hold them, and the one that says which are deleted. */
export interface Fragment {
  readonly id: number;
  readonly rows: number;
  /** Rows that are deleted, as far as the manifest says. */
  readonly deletedRows: number;
  /** Name of its deletion file; empty when no row is deleted. */
  readonly deletionFile: string;
}

/**
 * Fragments of a table's version, from its manifest (a protobuf message; its place is told 16 bytes before the end).
 * Undefined when the file is not a whole manifest.
 */
export async function readFragments(path: string): Promise<Fragment[] | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.subarray(-4).toString('latin1') !== 'LANC') return undefined;
    const start = Number(bytes.readBigUInt64LE(bytes.length - 16));
    const message = bytes.subarray(start + 4, start + 4 + bytes.readUInt32LE(start));
    return [...fieldsOf(message)].filter(({ number }) => number === 2).map(({ bytes: part }) => fragmentOf(part));
  } catch {
    return undefined; // cut short, or a flipped byte in its framing
  }
}

interface ProtobufField {
  readonly number: number;
  readonly value: bigint;
  readonly bytes: Buffer;
}

function fragmentOf(bytes: Buffer): Fragment {
  const fields = [...fieldsOf(bytes)];
  const id = numberOf(fields, 1);
  const deletion = fields.find(({ number }) => number === 3);
  const parts = deletion === undefined ? [] : [...fieldsOf(deletion.bytes)];
  const kind = numberOf(parts, 1) === 1 ? 'bin' : 'arrow';
  const random = parts.find(({ number }) => number === 3)?.value ?? 0n;
  return {
    id,
    rows: numberOf(fields, 4),
    deletedRows: numberOf(parts, 4),
    deletionFile: deletion === undefined ? '' : `${id}-${numberOf(parts, 2)}-${random}.${kind}`,
  };
}

function numberOf(fields: readonly ProtobufField[], wanted: number): number {
  return Number(fields.find(({ number }) => number === wanted)?.value ?? 0n);
}

function* fieldsOf(message: Buffer): Generator<ProtobufField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const field = { number: tag >> 3, value: 0n, bytes: message.subarray(0, 0) };
    switch (tag & 7) {
      case 0:
        yield { ...field, value: varint() };
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > message.length) throw new RangeError('A field beyond the end.');
        yield { ...field, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError('A field of no known kind.');
    }
  }
}
