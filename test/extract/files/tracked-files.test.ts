import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/core/types.js';
import { createFilesAdapter } from '../../../src/extract/files/files-adapter.js';
import { readGitIndex } from '../../../src/extract/files/git-index.js';
import { collectSync } from '../collect-sync.js';

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'quarry-tracked-')));
  git('init', '-q');
});
afterEach(() => rm(root, { recursive: true, force: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' });
}

async function put(name: string, text = `# ${name}\n\nText.\n`): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), text);
}

async function sync(folder = root, options: JsonObject = {}) {
  const adapter = createFilesAdapter();
  const outcome = await collectSync(adapter, await adapter.resolve(folder, options));
  const paths = outcome.documents.map(({ uri }) => decodeURIComponent(uri.slice(`file://${folder}/`.length)));
  return { outcome, paths: paths.sort() };
}

const FOLDERS = ['dist', 'target', 'vendor', 'third_party', '_build', 'coverage'];

describe('a folder source inside a working tree', () => {
  it.each(FOLDERS)('reads what git tracks in a folder named %s, and nothing else of it', async (name) => {
    await put(`src/${name}/kept/index.md`);
    await put(`src/${name}/kept/built.md`);
    await put(`${name}/built.md`);
    await put('a.md');
    git('add', `src/${name}/kept/index.md`, 'a.md');
    expect((await sync()).paths).toEqual(['a.md', `src/${name}/kept/index.md`]);
    expect((await sync(path.join(root, 'src'))).paths).toEqual([`${name}/kept/index.md`]);
    expect((await sync(root, { useIgnoreFiles: false })).paths).toEqual(['a.md', `src/${name}/kept/index.md`]);
  });

  it('reads what git tracks in spite of its own ignore files, and follows ours', async () => {
    await put('.gitignore', 'dist/\nbuild/\n');
    for (const name of ['build/own.md', 'build/built.md', 'dist/own.md', 'dist/secret.md']) await put(name);
    git('add', '-f', 'build/own.md', 'dist/own.md', 'dist/secret.md');
    await put('dist/.quarryignore', 'secret.md\n');
    expect((await sync()).paths).toEqual(['build/own.md', 'dist/own.md']);
  });

  it.each([
    ['version 4', ['update-index', '--index-version', '4']],
    ['version 2', ['update-index', '--index-version', '2']],
    ['a split index', ['update-index', '--split-index']],
    ['entries with more flags (version 3)', ['add', '-N', 'later.md']],
  ])('understands an index of %s', async (_, args) => {
    const names = Array.from({ length: 40 }, (_unused, at) => `dist/${'x'.repeat(at * 3)}/ä${at}.md`);
    for (const name of [...names, 'later.md']) await put(name);
    git('add', ...names);
    git('commit', '-qm', 'all');
    git(...args);
    await put('dist/more.md');
    git('add', 'dist/more.md');
    const tracked = git('ls-files', '-z')
      .split('\0')
      .filter((name) => name !== '' && name.startsWith('dist'));
    expect((await sync()).paths.filter((name) => name.startsWith('dist'))).toEqual(tracked.sort());
  });

  it('understands a linked working tree and ids of 32 bytes', async () => {
    await put('dist/a.md');
    git('add', '-A');
    git('commit', '-qm', 'all');
    const linked = `${root}-linked`;
    git('worktree', 'add', '-q', linked);
    expect((await sync(linked)).paths).toEqual(['dist/a.md']);
    await rm(linked, { recursive: true });
    await rm(path.join(root, '.git'), { recursive: true });
    git('init', '-q', '--object-format=sha256');
    git('add', '-A');
    expect((await sync()).paths).toEqual(['dist/a.md']);
  });

  it('takes a damaged index for none', async () => {
    await put('dist/a.md');
    await put('b.md');
    git('add', '-A');
    for (const bytes of ['', 'DIRC', 'DIRC\0\0\0\x02\0\xff\xff\xff', 'junk'.repeat(100)]) {
      await writeFile(path.join(root, '.git', 'index'), bytes, 'latin1');
      expect(readGitIndex(Buffer.from(bytes, 'latin1'))).toBeUndefined();
      expect((await sync()).paths).toEqual(['b.md']);
    }
  });
});
