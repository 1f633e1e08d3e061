import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { type LoopbackServer, serveGit, TestRepository } from '../extract/github/git-repositories.js';
import {
  finishJob,
  ingestAndWait,
  openTestWorkspace,
  removeFolder,
  syncAndWait,
  temporaryFolder,
} from '../support/workspace.js';

let folder: string;
let repository: TestRepository;
let quarry: Quarry;
let latest: string;
let server: LoopbackServer;

const options = (more: JsonObject = {}): JsonObject => ({
  kind: 'github',
  options: { history: 100, ...more },
});

beforeAll(async () => {
  folder = await temporaryFolder();
  repository = TestRepository.create(folder, 'owner/repo');
  server = await serveGit(folder);
  await repository.put('LICENSE', 'Apache License\n Version 2.0, January 2004\n');
  repository.push('Add the licence');
  repository.push(
    'perf: warm the connection pool before the first request\n\nThe first caller paid for twenty handshakes. They are made while the process starts.\n\nSigned-off-by: Ann <ann@example.org>',
  );
  latest = repository.push(
    'Close log files before they are renamed (#13)\n\nWindows refuses to rename a file that somebody still holds open, so that rotation lost lines.',
  );
  // The server stands for GitHub, so that commits have the addresses of its pages.
  quarry = await openTestWorkspace(`${folder}/home`, { githubApiUrl: server.url });
});

afterAll(async () => {
  await quarry.close();
  await server.close();
  await removeFolder(folder);
});

test('the history of a repository is found, cited, mined, followed and let go', async () => {
  const first = await ingestAndWait(quarry, 'owner/repo', options());
  expect(first.error).toBeNull();
  expect(first.counts).toMatchObject({ added: 4 });

  const found = await quarry.execute('search', { query: 'why did log rotation lose lines on Windows?', limit: 1 });
  expect(found.output.results[0]).toMatchObject({ url: `${server.url}/owner/repo/commit/${latest}` });
  expect(found.text).toContain(`${server.url}/owner/repo/commit/${latest}`);
  const filtered = await quarry.execute('search', { query: 'licence', categories: ['commit'] });
  expect(filtered.text).toContain('Add the licence');

  const mining = await quarry.execute('dataset_mine', { name: 'pairs', miners: ['commits'], preview: false });
  const mined = await finishJob(quarry, mining.output['jobId']);
  expect(mined.result).toMatchObject({ found: 2, written: 2, yields: [{ miner: 'commits', pairs: 2, documents: 2 }] });
  const { text } = await quarry.execute('dataset_show', { name: 'pairs' });
  expect(text).toContain('warm the connection pool before the first request');
  expect(text).toContain('Apache-2.0');
  expect(text).not.toContain('ann@');

  repository.push('Count retries');
  expect((await syncAndWait(quarry)).counts).toMatchObject({ added: 1, unchanged: 4 });
  repository.git('reset', '-q', '--hard', 'HEAD~2');
  repository.push('Start again', '--force');
  expect((await syncAndWait(quarry)).counts).toMatchObject({ added: 1, removed: 2, unchanged: 3 });
  expect((await ingestAndWait(quarry, 'owner/repo', options({ history: 0 }))).counts).toMatchObject({
    removed: 3,
    unchanged: 1,
  });
});
