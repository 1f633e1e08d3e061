import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Example } from '../core/curation/example.js';
import type { DatasetSegment } from '../core/curation/ports.js';
import { QuarryError, systemCode } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import { writeDurably } from './durable-file.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
/** A segment is written from memory, so its uncompressed size is bounded by its rows; this bounds a damaged file. */
const MAX_BYTES = 1024 * 1024 * 1024;

function segmentPath(folder: string, hash: string): string {
  return join(folder, `${hash}.jsonl.gz`);
}

/** Writes examples as one immutable file named after its content; the same content is written once. */
export async function writeSegment(folder: string, examples: readonly Example[]): Promise<DatasetSegment> {
  const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
  const bytes = Buffer.from(lines, 'utf8');
  const hash = sha256(bytes);
  const path = segmentPath(folder, hash);
  const isThere = await access(path).then(
    () => true,
    () => false, // Whatever the reason, writing will tell.
  );
  if (!isThere) await writeDurably(path, await pack(bytes, { level: 3 }));
  return { sha256: hash, rows: examples.length, bytes: bytes.length };
}

/** @throws QuarryError DATASET_INVALID when the file is absent or damaged */
export async function readSegment(folder: string, segment: DatasetSegment): Promise<Example[]> {
  const path = segmentPath(folder, segment.sha256);
  const bytes = await readBytes(path);
  if (sha256(bytes) !== segment.sha256) throw damaged(path);
  const lines = bytes.toString('utf8').split('\n');
  lines.pop();
  // The hash says that these are the very bytes that writeSegment made from checked examples.
  return lines.map((line) => JSON.parse(line) as Example);
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await unpack(await readFile(path), { maxOutputLength: MAX_BYTES });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EACCES' || code === 'EMFILE' || code === 'ENOMEM') throw error;
    throw damaged(path, error);
  }
}

function damaged(path: string, cause?: unknown): QuarryError {
  return new QuarryError('DATASET_INVALID', `The dataset file ${path} is damaged or missing.`, {
    hint: 'Restore an older version of the dataset with dataset_edit, or the file from a backup.',
    cause,
  });
}
