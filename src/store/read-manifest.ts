import { readFile } from 'node:fs/promises';
import { fieldsOf, numberOf, type ProtobufField } from './protobuf.js';
import { roaringMembers } from './roaring.js';

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
    return [...manifestFields(bytes)].filter(({ number }) => number === 2).map(({ bytes: part }) => fragmentOf(part));
  } catch {
    return undefined; // cut short, or a flipped byte in its framing
  }
}

/**
 * Numbers of the fragments that an index of a table's version covers, from its manifest. Undefined when the file is not a
 * whole manifest, or the version has no such index.
 */
export async function readIndexedFragments(path: string, index: string): Promise<Set<number> | undefined> {
  try {
    const bytes = await readFile(path);
    const section = [...manifestFields(bytes)].find(({ number }) => number === 6);
    if (section === undefined) return undefined;
    const parts = [...fieldsOf(messageAt(bytes, Number(section.value)))].map(({ bytes: part }) => [...fieldsOf(part)]);
    const named = parts.filter((fields) =>
      fields.some(({ number, bytes: name }) => number === 3 && `${name}` === index),
    );
    if (named.length === 0) return undefined;
    const bitmaps = named.flatMap((fields) => fields.filter(({ number }) => number === 5));
    return new Set(bitmaps.flatMap(({ bytes: bitmap }) => [...roaringMembers(bitmap)]));
  } catch {
    return undefined; // cut short, or a flipped byte in its framing
  }
}

/** @throws RangeError */
function manifestFields(bytes: Buffer): Generator<ProtobufField> {
  if (bytes.subarray(-4).toString('latin1') !== 'LANC') throw new RangeError('No whole manifest.');
  return fieldsOf(messageAt(bytes, Number(bytes.readBigUInt64LE(bytes.length - 16))));
}

/** A message behind its length. */
function messageAt(bytes: Buffer, start: number): Buffer {
  return bytes.subarray(start + 4, start + 4 + bytes.readUInt32LE(start));
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
