import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { pageText } from '../support/mixed-folder.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const PAGES = 30;
let home: string;
let work: string;
let bare: string;
let quarry: Quarry;

const git = (...words: string[]) =>
  run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main', ...words], {
    cwd: work,
  });

async function push(message: string): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', message);
  await git('push', '--quiet', '--force', bare, 'HEAD:refs/heads/main');
}

beforeAll(async () => {
  home = await temporaryFolder();
  work = await temporaryFolder();
  bare = join(await temporaryFolder(), 'project.git');
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  await git('init', '--quiet', '.');
  await mkdir(join(work, 'docs'));
  for (let n = 0; n < PAGES; n++) await writeFile(join(work, 'docs', `page-${n}.md`), pageText(n));
  await writeFile(
    join(work, 'LICENSE'),
    'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n',
  );
  await writeFile(join(work, 'main.py'), 'def start_engine():\n    """Starts the engine."""\n    return True\n');
  await push('first');
  quarry = await openTestWorkspace(home);
});

afterAll(async () => {
  await quarry.close();
  for (const folder of [home, work, join(bare, '..')]) await removeFolder(folder);
});

const total = async (): Promise<number> =>
  Number((await quarry.execute('list_documents', { limit: 1 })).output['total']);

test('a repository is ingested, changed, force-pushed, synced, lost and removed with exact counts', async () => {
  const first = await ingestAndWait(quarry, bare);
  expect(first.error).toBeNull();
  const documents = PAGES + 2;
  expect(first.counts).toMatchObject({ added: documents });
  expect(await total()).toBe(documents);

  expect((await syncAndWait(quarry)).counts).toMatchObject({ unchanged: documents });

  await writeFile(join(work, 'docs', 'page-3.md'), `${pageText(3)}\nOne more line.\n`);
  await rm(join(work, 'docs', 'page-4.md'));
  await writeFile(join(work, 'docs', 'new.md'), pageText(99));
  await push('second');
  expect((await syncAndWait(quarry)).counts).toMatchObject({
    added: 1,
    updated: 1,
    removed: 1,
    unchanged: documents - 2,
  });

  await git('checkout', '--quiet', '--orphan', 'rewritten');
  await push('history rewritten');
  expect((await syncAndWait(quarry)).counts).toMatchObject({ unchanged: documents });

  const hit = await quarry.execute('search', { query: 'start engine', mode: 'keyword', limit: 1 });
  expect(hit.text).toContain('main.py');

  await removeFolder(bare);
  const lost = await syncAndWait(quarry);
  expect(lost.state).toBe('failed');
  expect(await total()).toBe(documents);

  const removed = await quarry.execute('remove_source', { source: first.sourceId, confirm: true });
  expect(removed.output['removedDocuments']).toBe(documents);
});
