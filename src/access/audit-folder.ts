import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditAnchor, type AuditLine, parseLine } from '../core/access/audit-line.js';
import { QuarryError, systemCode } from '../core/errors.js';

const AUDIT_FILE = /^\d{4}-\d\d-\d\dT[\d-]+Z-[0-9a-f]{8}\.jsonl$/;
/** Longer than any line, so that the end of a file holds a whole one. */
const TAIL_BYTES = 128 * 1024;

/** Names of the files of a log, oldest first. */
export async function auditFilesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new QuarryError('AUDIT_UNAVAILABLE', `The audit log at ${folder} cannot be read.`, {
      hint: 'Give the user of this process the right to read it.',
      cause: error,
    });
  });
  return names.filter((name) => AUDIT_FILE.test(name)).sort();
}

/** The name of a file that is begun at a moment: by name they stand in the order of their beginnings. */
export function auditFileName(at: string, random: string): string {
  return `${at.replaceAll(/[:.]/g, '-')}-${random}.jsonl`;
}

/** The lines of a file. One without an end was being written when its process was killed: nobody was told that it stands. */
export async function linesOf(folder: string, file: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return ''; // Taken away by age since it was listed.
    throw error;
  });
  return text.split('\n').slice(0, -1);
}

/** Where a file stands now; undefined where it holds no line that could be followed. */
export async function standOf(
  folder: string,
  file: string,
): Promise<{ readonly anchor: AuditAnchor; readonly at: string } | undefined> {
  const last = await lastLine(join(folder, file));
  return last === undefined ? undefined : { anchor: { file, line: last.line, hash: last.hash }, at: last.at };
}

async function lastLine(path: string): Promise<AuditLine | undefined> {
  const handle = await open(path, 'r').catch(() => undefined); // Taken away by age since it was listed.
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n').slice(0, -1);
    return lines
      .reverse()
      .map(parseLine)
      .find((line) => line !== undefined);
  } finally {
    await handle.close();
  }
}
