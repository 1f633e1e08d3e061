import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvReader } from '../core/curation/formats/csv.js';
import type { DatasetFiles, ExportWriter, ImportedRecord } from '../core/curation/ports.js';
import { messageOf, QuarryError, systemCode } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { ExportFolder } from './export-folder.js';

/** File that marks a folder as an export of ours, which may be replaced. */
const MARKER = 'manifest.json';
/** Longest line taken; a longer one means that the file is something else. */
const MAX_LINE = 16 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Reads imports and writes exports on this machine's disk. */
export function createDatasetFiles(): DatasetFiles {
  return { openExport, readLines, readTable, kindOf };
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'absent'> {
  try {
    const about = await stat(path);
    return about.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw unreadable(path, error);
  }
}

async function* readLines(path: string): AsyncGenerator<string> {
  let carry = '';
  for await (const text of readText(path)) {
    const lines = (carry + text).split('\n');
    carry = lines.pop() ?? '';
    if (carry.length > MAX_LINE) {
      throw new QuarryError('DATASET_INVALID', `A line of ${path} is longer than 16 MB.`, {
        hint: 'Check that the file has the format that was named.',
      });
    }
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (carry !== '') yield carry.endsWith('\r') ? carry.slice(0, -1) : carry;
}

async function* readTable(path: string, delimiter: ',' | '\t'): AsyncGenerator<ImportedRecord> {
  const reader = new CsvReader(delimiter);
  for await (const text of readText(path)) yield* reader.push(text);
  yield* reader.end();
}

/** Text of a file in pieces; gzip is told by its first bytes, a byte order mark is dropped. Other encodings are refused, not mangled. */
async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of await openBytes(path)) {
      yield decoder.decode(bytes as Buffer, { stream: true }); // A byte stream without an encoding gives buffers.
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (error) {
    if (error instanceof QuarryError) throw error;
    if (systemCode(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new QuarryError('DATASET_INVALID', `${path} is not UTF-8 text.`, {
        hint: 'Save it as UTF-8 and import it again.',
        cause: error,
      });
    }
    throw unreadable(path, error);
  }
}

async function openBytes(path: string): Promise<Readable> {
  const handle = await open(path);
  let isGzip = false;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    isGzip = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!isGzip) return file;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => file.destroy());
  return file.pipe(gunzip);
}

function unreadable(path: string, error: unknown): QuarryError {
  const code = systemCode(error) ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
    return new QuarryError('PATH_NOT_FOUND', `There is no file ${path}.`, { hint: 'Check the path.', cause: error });
  }
  if (code.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new QuarryError('DATASET_INVALID', `${path} is not a whole gzip file: ${messageOf(error)}.`, {
      hint: 'Copy or download the file again.',
      cause: error,
    });
  }
  return new QuarryError('PATH_UNREADABLE', `${path} cannot be read or written: ${messageOf(error)}.`, {
    hint: 'Check the permissions.',
    cause: error,
  });
}

async function openExport(folder: string, overwrite: boolean): Promise<ExportWriter> {
  const target = resolve(folder);
  await requireFree(target, overwrite);
  const scratch = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await makeFolder(scratch);
  return new ExportFolder(target, scratch);
}

/** Only nothing, an empty folder, or (when asked) an earlier export may stand in the way. */
async function requireFree(target: string, overwrite: boolean): Promise<void> {
  const kind = await kindOf(target);
  if (kind === 'absent') return;
  const entries = kind === 'folder' ? await readdir(target) : [];
  if (kind === 'folder' && entries.length === 0) return;
  const isOurs = entries.includes(MARKER) && (await isExport(join(target, MARKER)));
  if (isOurs && overwrite) return;
  throw new QuarryError('ALREADY_EXISTS', `${target} exists${isOurs ? ' and holds an earlier export' : ''}.`, {
    hint: isOurs
      ? 'Name another folder, or replace the earlier export with overwrite and confirm.'
      : 'It holds other files than an export, so it is not replaced. Name a folder that is not there.',
  });
}

async function isExport(path: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'quarryExport' in manifest;
  } catch {
    return false; // Not JSON: somebody else's file, and nothing of theirs is replaced.
  }
}
