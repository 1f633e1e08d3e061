import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { type ErrorCode, messageOf, QuarryError, systemCode } from '../core/errors.js';

/** Longest line taken, in UTF-16 code units; a longer one means that the file is something else. */
const MAX_LINE = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** A piece of a file that begins and ends at line ends. */
export interface LineBlock {
  /** Whole lines, each ended by `\n`. */
  readonly text: string;
  /** 1-based number of the first line. */
  readonly firstLine: number;
}

/**
 * Streams a text file, plain or gzip (told by its first bytes), in blocks of whole lines; blocks are far faster than
 * lines where there are millions. A byte order mark is dropped; `\r\n` is left to the parser.
 * @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE, and `broken` for damaged gzip or an endless line
 */
export async function* readBlocks(path: string, broken: ErrorCode): AsyncGenerator<LineBlock> {
  const decoder = new StringDecoder('utf8');
  let carry = '';
  let line = 1;
  let isFirst = true;
  for await (const bytes of openBytes(path, broken)) {
    let text = carry + decoder.write(bytes);
    if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
    isFirst = isFirst && text === '';
    const cut = text.lastIndexOf('\n') + 1;
    carry = text.slice(cut);
    if (carry.length > MAX_LINE) throw new QuarryError(broken, `${path}:${line}: a line is longer than 64 MB.`, {});
    if (cut === 0) continue;
    const block = text.slice(0, cut);
    yield { text: block, firstLine: line };
    line += countLines(block);
  }
  carry += decoder.end();
  if (carry !== '') yield { text: `${carry}\n`, firstLine: line };
}

/** Streams lines with their numbers, without line ends. @throws as {@link readBlocks} */
export async function* readLines(
  path: string,
  broken: ErrorCode,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  for await (const block of readBlocks(path, broken)) {
    const lines = block.text.split('\n');
    lines.pop();
    let number = block.firstLine;
    for (const line of lines) yield { text: line.endsWith('\r') ? line.slice(0, -1) : line, number: number++ };
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

async function* openBytes(path: string, broken: ErrorCode): AsyncGenerator<Buffer> {
  try {
    const isGzip = await startsWithGzip(path);
    const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    let stream: Readable = file;
    if (isGzip) {
      const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
      file.on('error', (error) => gunzip.destroy(error));
      stream = file.pipe(gunzip);
    }
    try {
      for await (const bytes of stream) yield bytes as Buffer; // A byte stream without an encoding gives buffers.
    } finally {
      file.destroy();
    }
  } catch (error) {
    throw toFileError(path, error, broken);
  }
}

async function startsWithGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Says what went wrong with a file of a suite. */
export function toFileError(path: string, error: unknown, broken: ErrorCode): QuarryError {
  if (error instanceof QuarryError) return error;
  const code = systemCode(error) ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new QuarryError('PATH_NOT_FOUND', `There is no file ${path}.`, { hint: 'Check the path.', cause: error });
  }
  if (code === 'EISDIR') {
    return new QuarryError('PATH_NOT_FOUND', `${path} is a folder, not a file.`, {
      hint: 'Name a file in it.',
      cause: error,
    });
  }
  if (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    const hint = 'Copy or download the file again.';
    return new QuarryError(broken, `${path} is not a whole gzip file: ${messageOf(error)}.`, { hint, cause: error });
  }
  return new QuarryError('PATH_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
    hint: 'Check the permissions of the file.',
    cause: error,
  });
}
