import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { messageOf, QuarryError, systemCode } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { toFileError } from './read-lines.js';

/** Reads a small text file. @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw toFileError(path, error, 'SUITE_INVALID');
  }
}

/**
 * Writes a file beside its place and moves it there when it is whole, so that no reader sees half of it; gzip when the
 * name ends in `.gz`. Folders are made; no link is followed, and nothing is replaced unless that is asked for.
 * @throws QuarryError PATH_UNREADABLE, ALREADY_EXISTS
 */
export async function writeParts(
  path: string,
  parts: Iterable<string> | AsyncIterable<string>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await makeFolder(dirname(path));
    const source = Readable.from(parts, { objectMode: true });
    const target = createWriteStream(draft, { flags: 'wx' });
    await (path.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
    await (replace ? rename(draft, path) : putNew(draft, path));
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof QuarryError) throw error;
    throw new QuarryError('PATH_UNREADABLE', `${path} cannot be written: ${messageOf(error)}.`, {
      hint: 'Choose a folder that you may write to, with room left.',
      cause: error,
    });
  }
}

/** A link is made or refused in one step, so that a file that came meanwhile is not lost. @throws QuarryError ALREADY_EXISTS */
async function putNew(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new QuarryError('ALREADY_EXISTS', `${path} is already there.`, {
      hint: 'Name another path, or replace it with overwrite and confirm.',
      cause: error,
    });
  }
  await rm(draft, { force: true });
}
