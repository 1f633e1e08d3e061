import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Example } from '../core/curation/example.js';
import type { DatasetSegment } from '../core/curation/ports.js';
import { QuarryError, systemCode } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import { writeDurably } from '../files/durable-file.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const LINE_END = 0x0a;

function segmentPath(folder: string, hash: string): string {
  return join(folder, `${hash}.jsonl.gz`);
}

/** An example as a line of a segment. */
export function lineOf(example: Example): string {
  return `${JSON.stringify(example)}\n`;
}

/** Writes lines as one immutable file named after its content; the same content is written once, unless it is damaged. */
export async function writeSegment(folder: string, lines: readonly string[]): Promise<DatasetSegment> {
  const bytes = Buffer.from(lines.join(''), 'utf8');
  const hash = sha256(bytes);
  const path = segmentPath(folder, hash);
  const segment = { sha256: hash, rows: lines.length, bytes: bytes.length };
  // A file of that name may have been damaged since; what a new version is said to hold must be there.
  const isThere = await readSegment(folder, segment).then(
    () => true,
    () => false, // Whatever the reason, writing will tell.
  );
  if (!isThere) await writeDurably(path, await pack(bytes, { level: 3 }));
  return segment;
}

/**
 * The examples of a segment in order; each is made when it is asked for, so that a reader holds no more than it keeps.
 * @throws QuarryError DATASET_INVALID when the file is absent or damaged, before the first example
 */
export async function readSegment(folder: string, segment: DatasetSegment): Promise<Iterable<Example>> {
  const path = segmentPath(folder, segment.sha256);
  const bytes = await readBytes(path, segment.bytes);
  if (sha256(bytes) !== segment.sha256) throw damaged(path);
  return parseLines(bytes);
}

function* parseLines(bytes: Buffer): Generator<Example> {
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
    // The hash says that these are the very bytes that writeSegment made from checked examples.
    yield JSON.parse(bytes.toString('utf8', start, end)) as Example;
    start = end + 1;
  }
}

async function readBytes(path: string, size: number): Promise<Buffer> {
  try {
    // One piece as large as what is expected: nothing has to be put together, and a larger file is damaged.
    return await unpack(await readFile(path), { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size) });
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
