import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { QuarryError, systemCode } from '../../core/errors.js';
import type { PathBytes } from './file-path.js';

/** A file's bytes with what tells this version of it from others. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly version: FileVersion;
}

/** What the file system says of one version of a file. */
export interface FileVersion {
  readonly size: number;
  /** Size, modification and change times in nanoseconds; changes whenever the content may have changed. */
  readonly stamp: string;
  /** ISO 8601 UTC. */
  readonly modifiedAt: string;
}

/** Why a file could not be read at all. */
export type FileRefusal = 'gone' | 'special';

/** An open regular file. */
export interface OpenFile {
  readonly version: FileVersion;
  /**
   * Reads the whole file, at most `maxBytes` of it; undefined when it is longer.
   * The version is empty when the file changed while it was read.
   */
  read(maxBytes: number): Promise<FileContent | undefined>;
  close(): Promise<void>;
}

// Without O_NONBLOCK opening a pipe waits for a writer; without O_NOFOLLOW a link swapped in leads elsewhere.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file without following a link, in the file's own name or on the way to it, and without waiting for a
 * pipe or a device. The path must be a real one.
 * @throws QuarryError PATH_UNREADABLE
 */
export async function openFile(path: PathBytes): Promise<OpenFile | FileRefusal> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, FLAGS);
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile() || !(await isAt(path, stats))) {
      await handle.close();
      return 'special';
    }
    return regularFile(handle, stats);
  } catch (error) {
    await handle?.close();
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
    // A link that was put in the file's place, a socket, a device without a driver.
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO' || code === 'ENODEV') return 'special';
    throw unreadable(path.toString('utf8'), error);
  }
}

/**
 * Whether the opened file is the one that lies at this real path. A folder above it that was swapped for a link between
 * the listing and the opening shows here: the path then leads elsewhere, or to another file than the opened one.
 */
async function isAt(path: PathBytes, opened: BigIntStats): Promise<boolean> {
  const real = await realpath(path, { encoding: 'buffer' });
  const found = await lstat(path, { bigint: true });
  return real.equals(path) && found.dev === opened.dev && found.ino === opened.ino;
}

function regularFile(handle: FileHandle, stats: BigIntStats): OpenFile {
  const version = versionOf(stats);
  return {
    version,
    close: () => handle.close(),
    async read(maxBytes) {
      const bytes = await readAll(handle, version.size, maxBytes + 1);
      if (bytes.length > maxBytes) return undefined;
      const after = versionOf(await handle.stat({ bigint: true }));
      const isSame = after.stamp === version.stamp && bytes.length === after.size;
      return { bytes, version: isSame ? version : { ...after, stamp: '' } };
    },
  };
}

/**
 * Reads to the end of the file or to `limit` bytes; the buffer grows with what is really there. A file that is as long as it was said
 * to be is not asked for more: if it has grown meanwhile, its version tells. Some file systems say 0 of all files.
 */
async function readAll(handle: FileHandle, size: number, limit: number): Promise<Uint8Array> {
  let buffer = Buffer.allocUnsafe(Math.min(limit, size + 1));
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    const isEnd = bytesRead === 0 || (length === size && size > 0);
    if (isEnd || length >= limit) return buffer.subarray(0, length);
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(limit, buffer.length * 2 + 65_536));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}

function versionOf(stats: BigIntStats): FileVersion {
  return {
    size: Number(stats.size),
    stamp: `${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`,
    modifiedAt: isoOf(stats.mtimeMs),
  };
}

function isoOf(timeMs: bigint): string {
  const time = new Date(Number(timeMs));
  return Number.isNaN(time.getTime()) || Math.abs(time.getUTCFullYear()) > 9999 ? '' : time.toISOString();
}

/** The error for a path that exists and cannot be read. */
export function unreadable(path: string, cause: unknown): QuarryError {
  return new QuarryError('PATH_UNREADABLE', `"${path}" cannot be read (${systemCode(cause) ?? 'unknown error'}).`, {
    hint: 'Give the user that runs Quarry the right to read it, or exclude it. What was indexed from it stays.',
    cause,
  });
}

/** Largest ignore file or licence that is read. */
const SMALL_FILE_BYTES = 1_000_000;

/** Text of a small regular file; undefined when there is none to read. */
export async function readSmallFile(path: PathBytes): Promise<string | undefined> {
  try {
    const file = await openFile(path);
    if (typeof file === 'string') return undefined;
    const content = await file.read(SMALL_FILE_BYTES).finally(() => file.close());
    return content === undefined ? undefined : Buffer.from(content.bytes).toString('utf8');
  } catch {
    // Rules and licences that cannot be read do not stop the documents from being read.
    return undefined;
  }
}
