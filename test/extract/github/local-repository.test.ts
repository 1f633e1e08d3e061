import { execFileSync } from 'node:child_process';
import { cp, mkdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { repositoryPlaces } from '../../../src/extract/github/local-repository.js';
import { removeFolder, temporaryFolder } from '../../support/workspace.js';
import { TestRepository } from './git-repositories.js';

let folder: string;
let secret: TestRepository;
const anything = async (): Promise<boolean> => true;

beforeAll(async () => {
  folder = await realpath(await temporaryFolder());
  secret = TestRepository.create(folder, 'secret');
  await secret.put('a.md', '# a');
  secret.push();
});

afterAll(() => removeFolder(folder));

async function places(name: string): Promise<string[]> {
  return (await repositoryPlaces(path.join(folder, name), anything)).map((place) => path.relative(folder, place));
}

test('a bare repository and a working copy are their own git directories', async () => {
  expect(await places('secret.git')).toEqual(['secret.git']);
  expect(await places('secret-work')).toEqual(['secret-work/.git']);
});

test('a .git file, a linked .git and the directory that work trees share are followed', async () => {
  await mkdir(path.join(folder, 'pointed'));
  await writeFile(path.join(folder, 'pointed', '.git'), 'gitdir: ../secret.git\n');
  expect(await places('pointed')).toEqual(['secret.git', 'pointed/.git']);
  await mkdir(path.join(folder, 'linked'));
  await symlink('../secret.git', path.join(folder, 'linked', '.git'));
  expect(await places('linked')).toEqual(['secret.git']);
  execFileSync('git', ['--git-dir', secret.bare, 'worktree', 'add', '-q', path.join(folder, 'tree'), 'main']);
  expect(await places('tree')).toEqual(['secret.git/worktrees/tree', 'tree/.git', 'secret.git']);
});

test('borrowed object stores and links inside are followed, to any depth', async () => {
  for (const name of ['first', 'second'])
    execFileSync('git', ['init', '-q', '--bare', path.join(folder, `${name}.git`)]);
  await writeFile(path.join(folder, 'first.git/objects/info/alternates'), '# why\n../../second.git/objects\n');
  await writeFile(path.join(folder, 'second.git/objects/info/alternates'), `${secret.bare}/objects\n`);
  expect(await places('first.git')).toEqual(['first.git', 'second.git/objects', 'secret.git/objects']);

  await cp(secret.bare, path.join(folder, 'copy.git'), { recursive: true });
  await rm(path.join(folder, 'copy.git/refs'), { recursive: true });
  await symlink(path.join(secret.bare, 'refs'), path.join(folder, 'copy.git/refs'));
  await rename(path.join(folder, 'copy.git/config'), path.join(folder, 'config'));
  await symlink('../config', path.join(folder, 'copy.git/config'));
  expect((await places('copy.git')).sort()).toEqual(['config', 'copy.git', 'secret.git/refs']);
});

test('what may not be read is listed and looked into no further', async () => {
  const seen: string[] = [];
  const mayRead = async (place: string): Promise<boolean> => {
    seen.push(path.relative(folder, place));
    return !place.includes('secret');
  };
  expect(await repositoryPlaces(path.join(folder, 'linked'), mayRead)).toEqual([secret.bare]);
  expect(seen).toEqual(['linked', 'secret.git']);
});
