import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openQuarry } from '../../src/quarry.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface Entry {
  readonly path: string;
  readonly mode: number;
}

/** Everything at and below a folder that others can reach. */
async function openBelow(path: string): Promise<Entry[]> {
  const about = await lstat(path);
  const mode = about.mode & 0o777;
  const own = !about.isSymbolicLink() && (mode & 0o077) !== 0 ? [{ path, mode }] : [];
  if (!about.isDirectory()) return own;
  const below = await Promise.all((await readdir(path)).map((name) => openBelow(join(path, name))));
  return [...own, ...below.flat()];
}

let folder: string;
let home: string;
let docs: string;

async function quarry(...words: string[]): Promise<string> {
  // A shell sets the umask that the program then inherits, as a person's terminal does.
  const { stdout } = await run('sh', ['-c', 'umask 022 && exec "$@"', 'sh', process.execPath, MAIN, ...words], {
    env: { ...process.env, QUARRY_HOME: home, QUARRY_LOG_LEVEL: 'silent' },
    cwd: folder,
  });
  return stdout;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  home = join(folder, 'new', 'home');
  docs = join(folder, 'docs');
  await mkdir(docs);
  await writeFile(
    join(docs, 'a.md'),
    '# Keys\n\nRotate the signing keys every ninety days, and write down who did it.\n',
  );
});

afterAll(async () => {
  await removeFolder(folder);
});

test('what the command line keeps is private, whatever the umask; what it exports elsewhere is ordinary', async () => {
  await quarry('ingest', './docs');
  await quarry('note', 'create', 'A note', 'Nobody else needs to read this.');
  await quarry('dataset', 'mine', 'pairs', '--miners', 'headings', '--min-characters', '20', '--no-preview');
  await quarry('search', 'signing keys');
  expect(await openBelow(home)).toEqual([]);
  expect((await lstat(dirname(home))).mode & 0o777).toBe(0o755);
  await quarry('dataset', 'export', 'pairs', './out');
  expect((await lstat(join(folder, 'out'))).mode & 0o777).toBe(0o755);
  expect((await lstat(join(folder, 'out', 'README.md'))).mode & 0o777).toBe(0o644);
  expect(await openBelow(home)).toEqual([]);
});

test('a home that others can read is told by doctor and closed only on request, links left alone', async () => {
  const outside = join(folder, 'outside.txt');
  await writeFile(outside, 'not ours', { mode: 0o644 });
  await chmod(outside, 0o644);
  await symlink(outside, join(home, 'link.txt'));
  await symlink(docs, join(home, 'linked'));
  const loose = join(home, 'loose.txt');
  await writeFile(loose, 'x');
  await chmod(loose, 0o644);
  await chmod(home, 0o755);
  await expect(quarry('doctor')).rejects.toMatchObject({
    stdout: expect.stringMatching(/1 folders and \d+ files of the home can be reached by others/),
  });
  await expect(quarry('doctor', '--tighten')).rejects.toMatchObject({ stdout: expect.stringContaining('--confirm') });
  // What a process writes into an open home stays as open as that.
  expect((await openBelow(home)).map(({ path }) => path)).toEqual(expect.arrayContaining([home, loose]));
  expect(await quarry('doctor', '--tighten', '--confirm')).toMatch(/Closed 1 folders and \d+ files/);
  expect(await openBelow(home)).toEqual([]);
  expect((await lstat(outside)).mode & 0o777).toBe(0o644);
  expect(await readFile(outside, 'utf8')).toBe('not ours');
  expect((await lstat(docs)).mode & 0o777).not.toBe(0o700);
});

test('through the library files are private once a job has ended; an open home stays as its owner arranged it', async () => {
  const before = process.umask(0o022);
  const own = join(folder, 'library');
  const shared = join(folder, 'shared');
  await mkdir(shared);
  await chmod(shared, 0o750);
  try {
    for (const place of [own, shared]) {
      const opened = await openQuarry({ home: place, logLevel: 'silent' });
      try {
        const { output } = await opened.execute('ingest', { target: docs });
        await opened.waitForJob(output.jobId);
        if (place === own) expect(await openBelow(own)).toEqual([]);
        // What is written beside jobs is closed when the workspace is, or before doctor looks.
        await opened.execute('note_create', { title: 'Keys', text: 'Rotated every ninety days.' });
        const examined = (await opened.execute('doctor', {})).output;
        expect(examined.findings.find(({ name }) => name === 'privacy')?.ok).toBe(place === own);
        const there = await openBelow(shared);
        if (place === shared) expect(there[0]).toEqual({ path: shared, mode: 0o750 });
      } finally {
        await opened.close();
      }
    }
    expect(await openBelow(own)).toEqual([]);
    expect((await openBelow(shared)).length).toBeGreaterThan(1);
  } finally {
    process.umask(before);
    await rm(own, { recursive: true });
  }
});
