import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { removeFolder, temporaryFolder } from '../../support/workspace.js';

const MAIN = resolve('dist', 'src', 'main.js');

let home: string;
let folder: string;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(words: readonly string[]): ChildProcess {
  const env = { ...process.env, QUARRY_HOME: join(home, 'home'), QUARRY_LOG_LEVEL: 'error' };
  return spawn(process.execPath, [MAIN, ...words], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function quarry(...words: readonly string[]): Promise<Ended> {
  const child = start(words);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (part: Buffer) => {
      text[name] += part.toString();
    });
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, ...text };
}

beforeAll(async () => {
  home = await temporaryFolder();
  folder = join(home, 'pages');
  await mkdir(folder);
  await writeFile(join(folder, 'keys.md'), '# Keys\n\nSigning keys are replaced every ninety days.\n');
  expect((await quarry('ingest', folder)).code).toBe(0);
});

afterAll(() => removeFolder(home));

describe('the command line', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['an empty query', ['search', ''], 2, /query is empty/],
    ['a limit out of range', ['search', 'keys', '--limit', '0'], 2, /limit is not valid/],
    ['an unknown command', ['serach', 'keys'], 2, /Did you mean quarry search/],
    ['an unknown flag', ['search', 'keys', '--limt', '3'], 2, /--limit/],
    ['a missing word', ['fetch'], 2, /missing required argument/],
    ['a folder that is not there', ['ingest', './nowhere'], 3, /nowhere/],
    ['a source that is not there', ['remove', 'nowhere', '--confirm'], 3, /no source/],
    ['no confirmation', ['remove', 'pages'], 4, /--confirm/],
    ['a private address', ['ingest', 'http://127.0.0.1:1/'], 4, /QUARRY_ALLOW_PRIVATE_NETWORK/],
    ['a bad setting', ['--workspace', '../up', 'status'], 2, /QUARRY_WORKSPACE/],
  ])('refuses %s with one error, one hint and the right exit code', async (_name, words, code, says) => {
    const ended = await quarry(...words);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(/^error .* \[[A-Z_]+\]\nhint {2}.*\n$/);
  });

  test('reads a document by its path, and some of its lines', async () => {
    const { stdout } = await quarry('fetch', join(folder, 'keys.md'), '--start-line', '3', '--end-line', '3');
    expect(stdout).toContain('ninety days');
    expect(stdout).not.toContain('# Keys');
  });

  test('--version behind a command is the version of a dataset, alone that of the program', async () => {
    expect((await quarry('dataset', 'create', 'rows')).code).toBe(0);
    expect((await quarry('dataset', 'edit', 'rows', '--description', 'changed')).code).toBe(0);
    expect((await quarry('dataset', 'show', 'rows', '--version', '1')).stdout).toMatch(/^rows {2}version 1,/);
    expect((await quarry('dataset', '--workspace', 'default', 'list')).stdout).toMatch(/^rows {2}version 2,/);
    expect((await quarry('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--json prints one JSON document, --quiet nothing, and no colour goes into a pipe', async () => {
    const { stdout, stderr } = await quarry('search', 'keys', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ results: [{ title: 'Keys' }] });
    expect(stderr).toBe('');
    expect(await quarry('sync', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    const text = await quarry('search', 'keys');
    expect(text.stdout + text.stderr).not.toContain('\u001b');
  });

  test('--quiet prints the error of a job that failed, with its hint, on stderr', async () => {
    const rows = join(home, 'unlicensed.jsonl');
    await writeFile(rows, '{"anchor":"when are keys replaced","positive":"Keys are replaced every ninety days."}\n');
    expect((await quarry('dataset', 'import', 'unlicensed', rows, '--quiet')).code).toBe(0);
    const words = ['dataset', 'export', 'unlicensed', join(home, 'export'), '--publish'];
    const quiet = await quarry(...words, '--quiet');
    expect(quiet).toMatchObject({ code: 1, stdout: '' });
    expect(quiet.stderr).toMatch(/^error .*licence.* \[GATE_FAILED\]\nhint {2}.+\n$/);
    const json = await quarry(...words, '--quiet', '--json');
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ job: { error: { code: 'GATE_FAILED' } } });
  });

  test('doctor --quiet prints what is wrong, and nothing else, on stderr', async () => {
    const sick = ['doctor', '--model', join(home, 'no-model')];
    const quiet = await quarry(...sick, '--quiet');
    expect(quiet).toMatchObject({ code: 1, stdout: '' });
    expect(quiet.stderr).toMatch(/^BAD {2}model: .*\n {5}-> .*\n/);
    expect(quiet.stderr).not.toMatch(/^ok/m);
    expect(await quarry(...sick, '--quiet', '--json')).toMatchObject({ code: 1, stderr: '' });
    expect((await quarry(...sick)).stdout).toMatch(/^ok {3}/m);
  });

  test('a reader that closes the pipe early is no error', async () => {
    const child = start(['documents', '--json']);
    child.stdout?.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('an empty folder says that nothing was found', async () => {
    await mkdir(join(home, 'empty'));
    const { code, stdout } = await quarry('ingest', join(home, 'empty'));
    expect(code).toBe(0);
    expect(stdout).toContain('nothing was found');
  });
});

describe('--watch', () => {
  const startWatching = (target: string) => {
    const child = start(['ingest', target, '--watch']);
    const lines = createInterface({ input: child.stderr ?? process.stdin })[Symbol.asyncIterator]();
    const until = async (wanted: RegExp): Promise<string> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) return 'ended';
        if (wanted.test(value)) return value;
      }
    };
    return { child, until };
  };

  test.each([
    ['a folder', ''],
    ['a glob', '**/*.md'],
  ])('waits for %s that goes away and takes it up again, whatever happened to it', async (_, glob) => {
    const parent = join(home, `parent${glob.length}`);
    const watched = join(parent, 'docs');
    const fill = async (text: string): Promise<void> => {
      await mkdir(watched, { recursive: true });
      await writeFile(join(watched, 'page.md'), `# Page\n\n${text}\n`);
    };
    await fill('The first wording.');
    const { child, until } = startWatching(join(watched, glob));
    await until(/Watching/);
    await rename(watched, `${watched}-moved`);
    expect(await until(/gone|error/)).toContain('is gone; waiting for it to come back');
    expect((await quarry('search', 'first wording', '--limit', '1')).stdout).toContain('page.md');
    await fill('A pelican came back.');
    expect(await until(/is back|error/)).toContain('is back; syncing');
    expect(await until(/updated|error/)).toContain('updated 1');
    await rm(parent, { recursive: true });
    expect(await until(/gone/)).toContain('is gone');
    await mkdir(parent);
    await writeFile(watched, 'A file is no folder.');
    await rm(watched);
    await symlink(`${watched}-elsewhere`, watched); // a link that leads nowhere yet
    await mkdir(`${watched}-elsewhere`);
    await writeFile(join(`${watched}-elsewhere`, 'page.md'), '# Page\n\nA heron is behind the link.\n');
    expect(await until(/is back/)).toContain('is back');
    // What was given is the folder, not whatever a link leads to; it is watched on, and nothing is removed.
    expect(await until(/leads elsewhere/)).toContain('leads elsewhere');
    await rm(watched);
    await until(/is gone/);
    await fill('An ibis came back.');
    expect(await until(/is back/)).toContain('is back');
    expect(await until(/updated/)).toContain('updated 1');
    await rm(watched, { recursive: true });
    await until(/is gone/);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect((await quarry('search', 'ibis', '--limit', '1')).stdout).toContain('page.md');
  });

  test('follows one file that is replaced by another each time it is saved', async () => {
    const file = join(home, 'lone.md');
    await writeFile(file, '# Lone\n\nBefore it was saved.\n');
    const { child, until } = startWatching(file);
    await until(/Watching/);
    for (const bird of ['stork', 'egret']) {
      await writeFile(`${file}.new`, `# Lone\n\nA ${bird} was saved.\n`);
      await rename(`${file}.new`, file);
      expect(await until(/updated|gone/)).toContain('updated 1');
    }
    await rm(file);
    await until(/gone/);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('follows new, changed and removed files until it is told to end', async () => {
    const watched = join(home, 'watched');
    await mkdir(watched);
    await writeFile(join(watched, 'first.md'), '# First\n\nHere from the start.\n');
    const { child, until } = startWatching(watched);
    expect(await until(/Watching/)).toContain('Ctrl-C');
    await writeFile(join(watched, 'second.md'), '# Second\n\nA zebra came later.\n');
    expect(await until(/added/)).toContain('added 1, unchanged 1');
    await writeFile(join(watched, 'second.md'), '# Second\n\nA giraffe came later.\n');
    expect(await until(/updated/)).toContain('updated 1');
    expect((await quarry('search', 'giraffe', '--limit', '1')).stdout).toContain('second.md');
    await rm(join(watched, 'first.md'));
    expect(await until(/removed/)).toContain('removed 1');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect((await quarry('documents')).stdout).not.toContain('first.md');
  });
});
