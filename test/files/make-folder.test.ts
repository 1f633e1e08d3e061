import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeFolder } from '../../src/files/make-folder.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
/** A hang is the failure: the child is then killed, which signals alone could not do. */
const ABORT = { timeout: 60_000, killSignal: 'SIGKILL' } as const;
const isLinux = process.platform === 'linux';

describe('makeFolder', () => {
  let place: string;

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'make-folder-'));
  });
  afterEach(async () => {
    await rm(place, { recursive: true, force: true });
  });

  test('makes what is missing, says what it made, and is content with what is there', async () => {
    const made: string[] = [];
    await makeFolder(join(place, 'a', 'b', 'c'), { onMade: (folder) => made.push(folder), mode: 0o700 });
    expect(made).toEqual(['a', 'a/b', 'a/b/c'].map((path) => join(place, path)));
    if (process.platform !== 'win32') expect((await stat(made[0] ?? '')).mode & 0o777).toBe(0o700);
    await makeFolder(join(place, 'a', 'b'), { onMade: (folder) => made.push(folder) });
    expect(made).toHaveLength(3);
  });

  test('makes any path once, however many ask at the same time', async () => {
    const name = fc.stringMatching(/^[a-z]{1,3}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (names, askers) => {
          const path = join(place, ...names);
          await Promise.all(Array.from({ length: askers }, () => makeFolder(path)));
          expect((await stat(path)).isDirectory()).toBe(true);
        },
      ),
      { numRuns: 30, seed: 9 },
    );
  });

  test('names the path and the reason where a file or a broken link is in the way', async () => {
    await writeFile(join(place, 'file'), '');
    await symlink(join(place, 'nowhere'), join(place, 'link'));
    for (const name of ['file', 'file/below/it', 'link', 'link/below']) {
      await expect(makeFolder(join(place, name))).rejects.toMatchObject({
        code: 'PATH_UNREADABLE',
        message: expect.stringContaining(join(place, name)),
        details: { path: join(place, name) },
      });
    }
  });

  test('refuses an overlong name', async () => {
    await expect(makeFolder(join(place, 'x'.repeat(300), 'y'))).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  });

  test('ends at once where nothing can be made', async () => {
    if (!isLinux) return; // /proc is Linux's.
    const child = fileURLToPath(new URL('make-folder.child.js', import.meta.url));
    for (const path of ['/proc/no-such', '/proc/no-such/a/b', '/proc/self/fd/9/x', '/sys/no-such/a']) {
      const { stdout } = await run(process.execPath, [child, path], ABORT);
      expect(JSON.parse(stdout)).toMatchObject({ code: 'PATH_UNREADABLE', details: { path } });
    }
  });

  test('ends a command at once whose home or output cannot be made', async () => {
    const home = join(place, 'home');
    await mkdir(home);
    await writeFile(join(home, 'rows.jsonl'), '{"anchor":"a question","positive":"an answer"}\n');
    const outside = isLinux ? '/proc/no-such/place' : join(home, 'rows.jsonl', 'place');
    const commands: (readonly string[])[] = [
      ['status', '--home', outside],
      ['status', '--home', join(home, 'rows.jsonl')],
      ['note', 'create', 'Title', join(home, 'rows.jsonl'), '--home', outside],
    ];
    for (const command of commands) {
      const failed = await run(process.execPath, [MAIN, ...command, '--json'], ABORT).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 4, killed: false });
      expect(String((failed as { stdout: string }).stdout)).toContain('cannot be made'); // a failed run carries its output
    }
  });
});
