import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuarryError, systemCode } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';

/** Lines that are written at once. */
const BATCH = 1_000;

/** Writes lines to a file, which is there whole or not at all; gives their number. @throws QuarryError ALREADY_EXISTS */
export async function exportLines(lines: AsyncIterable<string>, path: string, replace: boolean): Promise<number> {
  await makeFolder(dirname(path));
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const count = await writeAll(lines, unfinished);
    // A link is made or refused in one step.
    if (replace) await rename(unfinished, path);
    else await link(unfinished, path);
    return count;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new QuarryError('ALREADY_EXISTS', `${path} is already there.`, { hint: 'Name another path.', cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeAll(lines: AsyncIterable<string>, path: string): Promise<number> {
  const handle = await open(path, 'wx', 0o600);
  try {
    let count = 0;
    let batch: string[] = [];
    const put = async (): Promise<void> => {
      if (batch.length > 0) await handle.appendFile(`${batch.join('\n')}\n`);
      batch = [];
    };
    for await (const line of lines) {
      count += 1;
      if (batch.push(line) >= BATCH) await put();
    }
    await put();
    await handle.sync();
    return count;
  } finally {
    await handle.close();
  }
}
