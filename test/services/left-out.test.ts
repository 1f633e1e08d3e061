import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
let quarry: Quarry;

const TRACKED = ['readme.md', 'pkg/dist/index.md', 'package-lock.json', '.github/notes.md', 'node_modules/x/a.md'];
const UNTRACKED = ['dist/built.md', 'pkg/dist/built.md', ...Array.from({ length: 7 }, (_, at) => `a${at}.min.js`)];

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  for (const name of [...TRACKED, ...UNTRACKED]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `# ${name}\n`);
  }
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'ignore' });
  };
  git('init', '-q', '-b', 'main');
  git('add', '-f', ...TRACKED);
  git('commit', '-qm', 'all');
  quarry = await openTestWorkspace(home);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

interface Rule {
  readonly rule: string;
  readonly count: number;
  readonly first: readonly string[];
}

async function report(target: string, kind: string): Promise<{ rules: readonly Rule[]; text: string; urls: string[] }> {
  const job = await ingestAndWait(quarry, target, { kind, collection: kind });
  const { output, text } = await quarry.execute('job_status', { id: job.id });
  const { sources } = output['result'] as { sources: { leftOut: Rule[] }[] }; // what a sync job tells
  const listed = await quarry.execute('list_documents', { collections: [kind] });
  const urls = (listed.output['documents'] as unknown as { url: string }[]).map(({ url }) => url); // checked on its way out
  return { rules: sources[0]?.leftOut ?? [], text, urls };
}

test('a folder reads what git tracks, and the job tells what default rules left out', async () => {
  const { rules, text, urls } = await report(folder, 'files');
  const url = (name: string): string => pathToFileURL(join(folder, name)).href;
  expect(urls).toEqual([url('pkg/dist/index.md'), url('readme.md')]);
  expect(rules.map(({ rule, count }) => [rule, count])).toEqual([
    ['minified code', 7],
    ['folders named dist', 2],
    ['folders named node_modules', 1],
    ['hidden names', 1],
    ['lock files', 1],
  ]);
  expect(rules[0]?.first).toHaveLength(5);
  expect(rules[1]?.first).toEqual([url('dist/'), url('pkg/dist/built.md')]);
  expect(text).toContain(`folders named dist: 2 (${url('dist/')}, ${url('pkg/dist/built.md')})`);
  expect(text).toContain('minified code: 7 (');
  expect(text).toContain('to read them');
});

test('a repository is read and told of alike', async () => {
  const { rules, text, urls } = await report(folder, 'github');
  expect(urls.map((url) => url.replace(/^.*:/, ''))).toEqual(['pkg/dist/index.md', 'readme.md']);
  expect(rules.map(({ rule, count }) => [rule, count])).toEqual([
    ['folders named node_modules', 1],
    ['hidden names', 1],
    ['lock files', 1],
  ]);
  expect(text).toContain('folders named node_modules: 1 (');
});
