import { inflateRawSync } from 'node:zlib';
import { QuarryError } from '../../core/errors.js';

/** One file of an archive as its directory lists it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedBytes: number;
  /** What the directory claims; what is really inflated is limited on its own. */
  readonly claimedBytes: number;
  readonly headerOffset: number;
}

/** Ceilings of one archive. */
export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxInflatedBytes: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;

/**
 * Lists an archive's files from its central directory, before anything is inflated.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE (too many files, or more bytes than allowed when unpacked)
 */
export function readZipDirectory(archive: Uint8Array, limits: ZipLimits): ZipEntry[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > limits.maxEntries) throw tooLarge(`it holds ${count} files`);
  const entries: ZipEntry[] = [];
  let total = 0;
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) throw broken('its directory is damaged');
    const nameBytes = bytes.readUInt16LE(at + 28);
    const entry: ZipEntry = {
      name: bytes.toString('utf8', at + 46, at + 46 + nameBytes),
      method: bytes.readUInt16LE(at + 10),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      compressedBytes: bytes.readUInt32LE(at + 20),
      claimedBytes: bytes.readUInt32LE(at + 24),
      headerOffset: bytes.readUInt32LE(at + 42),
    };
    entries.push(entry);
    total += entry.claimedBytes;
    at += 46 + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  if (total > limits.maxInflatedBytes) throw tooLarge(`it unpacks to ${total} bytes`);
  return entries;
}

function findEnd(bytes: Buffer): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  throw broken('the end of the archive is missing');
}

/**
 * Content of one file, at most `maxBytes` whatever the directory claims.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function inflateEntry(archive: Uint8Array, entry: ZipEntry, maxBytes: number): Uint8Array {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const at = entry.headerOffset;
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== LOCAL_SIGNATURE) throw broken(`"${entry.name}" is damaged`);
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const packed = bytes.subarray(start, start + entry.compressedBytes);
  if (packed.length < entry.compressedBytes) throw broken(`"${entry.name}" is cut off`);
  if (entry.method === 0) {
    if (packed.length > maxBytes) throw tooLarge(`"${entry.name}" is too long`);
    return packed;
  }
  if (entry.method !== 8) throw broken(`"${entry.name}" is packed in an unknown way`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(`"${entry.name}" unpacks to more than ${maxBytes} bytes`, error);
    throw broken(`"${entry.name}" is damaged`, error);
  }
}

function broken(why: string, cause?: unknown): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', `The archive cannot be read: ${why}.`, {
    hint: 'Open the file in the program that made it and save it again.',
    cause,
  });
}

function tooLarge(why: string, cause?: unknown): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', `The archive is too large to unpack: ${why}.`, {
    hint: 'Save the document without pictures, or split it.',
    cause,
  });
}
