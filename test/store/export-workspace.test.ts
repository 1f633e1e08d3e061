import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let quarry: Quarry;

beforeEach(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(join(home, 'home'));
});
afterEach(async () => {
  await quarry.close();
  await removeFolder(home);
});

test('a copy that is made while somebody writes holds what was acknowledged before, and opens as a workspace', async () => {
  const write = (i: number) => quarry.execute('note_create', { id: `n${i}`, title: `Note ${i}`, text: 'Kept.' });
  for (let i = 0; i < 3; i++) await write(i);
  await quarry.execute('key_create', { name: 'k' });
  const output = join(home, 'copy');
  const [{ output: told }] = await Promise.all([
    quarry.execute('workspace_export', { name: 'default', output }),
    write(3),
    write(4),
  ]);
  const { files }: { files: { path: string; bytes: number; sha256: string }[] } = JSON.parse(
    await readFile(join(output, 'manifest.json'), 'utf8'),
  );
  expect(told).toMatchObject({ name: 'default', files: files.length });
  for (const { path, bytes, sha256 } of files) {
    const content = await readFile(join(output, path));
    expect([path, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([path, bytes, sha256]);
  }
  // Neither its keys nor who had it open go with it.
  expect(await readdir(output)).not.toEqual(expect.arrayContaining(['workspace.json']));
  await mkdir(join(home, 'other', 'workspaces'), { recursive: true });
  await cp(output, join(home, 'other', 'workspaces', 'default'), { recursive: true });
  const other = await openTestWorkspace(join(home, 'other'));
  const { notes } = (await other.execute('note_list', {})).output;
  await other.close();
  const titles = notes.map(({ title }) => title).sort();
  expect(titles.slice(0, 3)).toEqual(['Note 0', 'Note 1', 'Note 2']);
  await expect(quarry.execute('workspace_export', { name: 'default', output })).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  await expect(quarry.execute('workspace_export', { name: 'none', output: join(home, 'x') })).rejects.toMatchObject({
    code: 'WORKSPACE_NOT_FOUND',
  });
});
