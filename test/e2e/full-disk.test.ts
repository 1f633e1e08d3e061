import { execFile, execFileSync } from 'node:child_process';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('full-disk.child.js', import.meta.url));
const NOTES = 6;

let place: string;
beforeEach(async () => {
  place = await temporaryFolder();
});
afterEach(() => removeFolder(place));

async function prepare(home: string): Promise<void> {
  const quarry = await openTestWorkspace(home);
  await quarry.execute('note_create', { id: 'kept', title: 'Kept', text: 'A note that will be changed.' });
  await quarry.execute('note_create', { id: 'doomed', title: 'Doomed', text: 'A note that will be deleted.' });
  await quarry.close();
}

/** What is there must be what was answered; then, with room, the refused calls succeed and nothing is doubled. */
async function expectAsAnswered(home: string, stdout: string): Promise<readonly string[]> {
  const isAnswered = stdout.startsWith('[');
  if (!isAnswered) expect(stdout).toBe('STORE_FULL'); // no room even to open the workspace
  const answers: string[] = isAnswered ? JSON.parse(stdout) : Array<string>(NOTES + 2).fill('STORE_FULL');
  expect(answers.filter((answer) => answer !== 'done' && answer !== 'STORE_FULL')).toEqual([]);
  const wasDone = (i: number): boolean => answers[i] === 'done';
  const quarry = await openTestWorkspace(home);
  const titles = async (): Promise<string[]> => {
    const { output } = await quarry.execute('note_list', { limit: 100 });
    return output.notes.map(({ title }) => title).sort();
  };
  const created = Array.from({ length: NOTES }, (_, i) => `Note ${i}`);
  const expected = [
    ...created.filter((_, i) => wasDone(i)),
    wasDone(NOTES) ? 'Changed' : 'Kept',
    ...(wasDone(NOTES + 1) ? [] : ['Doomed']),
  ];
  expect(await titles()).toEqual(expected.sort());
  for (const [i, title] of created.entries()) {
    if (!wasDone(i)) await quarry.execute('note_create', { id: `note-${i}`, title, text: 'Once more.' });
  }
  expect((await titles()).filter((title) => title.startsWith('Note'))).toEqual(created);
  await quarry.close();
  return answers;
}

describe('a note is stored and acknowledged, or refused and not there', () => {
  // The limit stands for a full disk and for a quota alike, and needs no rights.
  test.each([12, 24, 64])('where no file may grow above %i KB', async (kilobytes) => {
    if (process.platform === 'win32') return; // It has no such limit.
    const home = join(place, 'home');
    await prepare(home);
    const limited = `ulimit -f ${kilobytes * 2}; exec "$@"`; // in blocks of 512 bytes
    const { stdout } = await run('sh', ['-c', limited, 'sh', process.execPath, CHILD, home, String(NOTES)]);
    await expectAsAnswered(home, stdout);
  });

  test.each([0, 100])('where %i KB are left on the disk', async (kilobytes) => {
    const disk = join(place, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      process.stderr.write('not tried: this user may not mount a small disk\n');
      return;
    }
    try {
      const home = join(disk, 'home');
      await prepare(home);
      const { bavail, bsize } = await statfs(disk);
      await writeFile(join(disk, 'filler'), new Uint8Array(Math.max(0, bavail * bsize - kilobytes * 1024)));
      const { stdout } = await run(process.execPath, [CHILD, home, String(NOTES)]);
      await removeFolder(join(disk, 'filler'));
      const answers = await expectAsAnswered(home, stdout);
      if (kilobytes === 0) expect(answers).toContain('STORE_FULL');
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
