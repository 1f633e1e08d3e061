import { readFile } from 'node:fs/promises';
import { fieldsOf, numberOf } from './protobuf.js';

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
