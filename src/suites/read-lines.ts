import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { type ErrorCode, messageOf, QuarryError, systemCode } from '../core/errors.js';

/** Longest line taken, in UTF-16 code units; a longer one means that the file is something else. */
const MAX_LINE = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Streams a text file, plain or gzip (told by its first bytes), in blocks of whole lines, each line ended by `\n`; blocks
 * are far faster than lines where there are millions. A byte order mark is dropped; `\r\n` is left to the parser.
 * @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE, and `broken` for damaged gzip or an endless line
 */
export async function* readBlocks(path: string, broken: ErrorCode): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let carry = '';
  let isFirst = true;
  for await (const bytes of openBytes(path, broken)) {
    let text = carry + decoder.write(bytes);
    if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
    isFirst = isFirst && text === '';
    const cut = text.lastIndexOf('\n') + 1;
    carry = text.slice(cut);
    if (carry.length > MAX_LINE) throw tooLong(path, broken);
    if (cut === 0) continue;
    yield text.slice(0, cut);
  }
  carry += decoder.end();
  if (carry !== '') yield `${carry}\n`;
}

/** Streams lines with their numbers, without line ends. @throws as {@link readBlocks} */
export async function* readLines(
  path: string,
  broken: ErrorCode,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let number = 1;
  for await (const block of readBlocks(path, broken)) {
    const lines = block.split('\n');
    lines.pop();
    for (const line of lines) yield { text: line.endsWith('\r') ? line.slice(0, -1) : line, number: number++ };
  }
}

function tooLong(path: string, broken: ErrorCode): QuarryError {
  return new QuarryError(broken, `${path} has a line longer than 64 MB.`, {
    hint: 'This is no file of lines; check the path.',
  });
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
