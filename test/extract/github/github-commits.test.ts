import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINING_BOUNDS } from '../../../src/core/curation/miners/mined-pair.js';
import { MINER_TABLE } from '../../../src/core/curation/miners/miners.js';
import type { JsonObject } from '../../../src/core/types.js';
import { createGithubAdapter } from '../../../src/extract/github/github-adapter.js';
import { collectSync, remember, type SyncMemory, type SyncOutcome } from '../collect-sync.js';
import { serve, serveGit, TestRepository } from './git-repositories.js';

const COMMITS = { files: false, history: 100 };
let folder = '';
let repository: TestRepository;

const adapter = () =>
  createGithubAdapter({
    cacheDirectory: path.join(folder, 'cache'),
    folder,
    apiUrl: 'http://127.0.0.1:1',
    retryDelayMs: 1,
  });

async function sync(target: string, options: JsonObject = COMMITS, memory: SyncMemory = {}): Promise<SyncOutcome> {
  const github = adapter();
  return await collectSync(github, await github.resolve(target, options), memory);
}

const titles = (outcome: SyncOutcome): string[] => outcome.documents.map((document) => document.title);
const idsOf = (uris: readonly string[]): string[] => uris.map((uri) => uri.slice(uri.lastIndexOf('/') + 1));

/** Kinds of objects in every repository of the cache. */
async function cachedKinds(): Promise<Set<string>> {
  const kinds = new Set<string>();
  for (const name of await readdir(path.join(folder, 'cache'))) {
    const args = ['--git-dir', path.join(folder, 'cache', name), 'cat-file', '--batch-all-objects', '--batch-check'];
    for (const line of execFileSync('git', args).toString().trim().split('\n')) kinds.add(line.split(' ')[1] ?? '');
  }
  return kinds;
}

describe('history of a repository', () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'quarry-history-'));
    repository = TestRepository.create(folder);
    await repository.put('a.md', '# A');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is not read unless it is asked for', async () => {
    repository.push('first');
    expect((await sync(repository.bare, {})).documents.map((document) => document.category)).not.toContain('commit');
  });

  it('gives a document for each message, the latest first, and names nobody', async () => {
    repository.push('only a subject');
    const id = repository.push(
      'fix(store): close files before renaming them (#13)\n\nWindows refuses to rename a file that is open,\nas Ann <ann@example.org> found.\n\n* a part of it\n\nCo-authored-by: Bob <bob@example.org>\nFixes #12\nSigned-off-by: Ann <ann@example.org>\nReviewed-by: carol',
    );
    const outcome = await sync(repository.bare);
    expect(titles(outcome)).toEqual(['fix(store): close files before renaming them (#13)', 'only a subject']);
    const [latest] = outcome.documents;
    expect(latest).toMatchObject({
      uri: `${pathToFileURL(repository.bare).href}#commit/${id}`,
      text: 'fix(store): close files before renaming them (#13)\n\nWindows refuses to rename a file that is open,\nas Ann found.\n\n* a part of it\n\nFixes #12\n',
      category: 'commit',
      metadata: { commit: id, ref: 'main' },
    });
    expect(latest?.modifiedAt).toMatch(/^20\d\d-.*Z$/);
    expect(JSON.stringify(outcome.documents)).not.toMatch(/@|bob|carol/i);
    if (latest === undefined) return;
    expect(MINER_TABLE.commits(latest, MINING_BOUNDS).map(({ anchor, positive }) => [anchor, positive])).toEqual([
      [
        'close files before renaming them',
        'Windows refuses to rename a file that is open,\nas Ann found.\n\n* a part of it',
      ],
    ]);
  });

  it('takes the address of the commit page and the licence of the files', async () => {
    const owned = TestRepository.create(folder, 'Owner/Repo');
    await owned.put('LICENSE', 'Apache License\n Version 2.0, January 2004\n');
    const id = owned.push('first');
    const server = await serveGit(folder);
    try {
      const github = createGithubAdapter({ cacheDirectory: path.join(folder, 'cache'), apiUrl: server.url });
      const outcome = await collectSync(github, await github.resolve('Owner/Repo', { history: 5 }));
      expect(
        outcome.documents.map((document) => document.category).filter((category) => category === 'commit'),
      ).toEqual(['commit']);
      expect(outcome.documents.at(-1)).toMatchObject({
        uri: `${server.url}/Owner/Repo/commit/${id}`,
        licence: 'Apache-2.0',
        metadata: { repository: 'Owner/Repo' },
      });
    } finally {
      await server.close();
    }
    const known = await createGithubAdapter({ cacheDirectory: folder }).resolve('Owner/Repo', COMMITS);
    expect(known.options['webUrl']).toBe('https://github.com');
  });

  it('reads no more than wanted, and fetches neither files nor folders', async () => {
    for (let n = 0; n < 6; n++) repository.push(`change ${n}`);
    expect(titles(await sync(repository.bare, { files: false, history: 2 }))).toEqual(['change 5', 'change 4']);
    expect(await cachedKinds()).toEqual(new Set(['commit']));
    expect(titles(await sync(repository.bare, { files: false, history: 4 }))).toHaveLength(4);
    expect(titles(await sync(repository.bare))).toHaveLength(6);
    expect(await cachedKinds()).toEqual(new Set(['commit']));
    const [name = ''] = await readdir(path.join(folder, 'cache'));
    expect(await readFile(path.join(folder, 'cache', name, 'config'), 'utf8')).not.toContain('promisor');
  });

  it('adds new commits alone, and lets go what a rewritten history no longer holds', async () => {
    const kept = repository.push('kept');
    const lost = repository.push('lost');
    const first = await sync(repository.bare);
    const known = remember(first);
    const fresh = repository.push('fresh');
    const second = await sync(repository.bare, COMMITS, { known, state: first.state });
    expect(titles(second)).toEqual(['fresh']);
    expect(idsOf(second.unchanged)).toEqual([lost, kept]);
    repository.git('reset', '-q', '--hard', kept);
    const other = repository.push('other', '--force');
    const third = await sync(repository.bare, COMMITS, { known: remember(second, known), state: second.state });
    expect(third.isComplete).toBe(true);
    expect([...idsOf(third.documents.map((document) => document.uri)), ...idsOf(third.unchanged)]).toEqual([
      other,
      kept,
    ]);
    expect(JSON.stringify(third.items)).not.toContain(fresh);
    expect(titles(await sync(repository.bare, COMMITS, { known, full: true }))).toEqual(['other', 'kept']);
  });

  it('passes over merges of branches, but not over a merge with a subject of its own', async () => {
    repository.push('base');
    for (const message of ["Merge branch 'side'", 'Take the side road where the main one is closed']) {
      repository.git('checkout', '-q', '-b', 'side');
      repository.push(`on the side of ${message.length}`);
      repository.git('checkout', '-q', 'main');
      repository.git('merge', '-q', '--no-ff', '-m', message, 'side');
      repository.git('branch', '-q', '-D', 'side');
    }
    repository.push('Merge sort is stable now');
    const outcome = await sync(repository.bare);
    expect(titles(outcome).filter((title) => !title.startsWith('on the side'))).toEqual([
      'Merge sort is stable now',
      'Take the side road where the main one is closed',
      'base',
    ]);
    expect(outcome.skipped['ignored']).toHaveLength(1);
  });

  it('stands strange messages: none, other encodings, control characters, endless subjects', async () => {
    repository.git('commit', '-q', '--allow-empty', '--allow-empty-message', '-m', '');
    repository.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '-q', '--allow-empty', '-m', 'Gr\u00fc\u00dfe');
    repository.git('commit', '-q', '--allow-empty', '-m', 'a\u001fb\r\nc \u{1f600}');
    repository.git('commit', '-q', '--allow-empty', '-m', '\u{1f600}'.repeat(300));
    repository.push(`too large\n\n${'x'.repeat(3000)}`);
    const outcome = await sync(repository.bare, { ...COMMITS, maxFileBytes: 2000 });
    expect(outcome.documents.map(({ text }) => text.slice(0, 20))).toEqual([
      '\u{1f600}'.repeat(10),
      'a\u001fb\nc \u{1f600}\n',
      expect.stringMatching(/^Gr/),
    ]);
    expect(outcome.documents[0]?.title).toBe(`${'\u{1f600}'.repeat(99)}…`);
    expect(outcome.skipped['too-large']).toHaveLength(1);
    expect(outcome.skipped['empty']).toHaveLength(1);
  });

  it('reads messages made to slow it down in linear time', async () => {
    const slow = [
      'x',
      ' '.repeat(500_000),
      '<a@'.repeat(200_000),
      `${'-'.repeat(500_000)}:`,
      '\n'.repeat(500_000),
      'y',
    ];
    await repository.put('message', slow.join('\n'));
    repository.git('commit', '-q', '--allow-empty', '--cleanup=verbatim', '-F', 'message');
    repository.git('push', '-q', 'origin', 'HEAD');
    expect(titles(await sync(repository.bare))).toEqual(['x']);
  });

  it('is read from a branch, a working copy, a shallow clone and an empty repository', async () => {
    const empty = TestRepository.create(folder, 'empty');
    expect(await sync(empty.bare)).toMatchObject({ documents: [], isComplete: true });
    repository.push('on main');
    repository.git('checkout', '-q', '-b', 'feature/x');
    repository.push('on the branch');
    expect(titles(await sync(`${repository.bare}#feature/x`))).toEqual(['on the branch', 'on main']);
    expect(titles(await sync(repository.folder))).toEqual(['on the branch', 'on main']);
    const shallow = path.join(folder, 'shallow.git');
    const url = pathToFileURL(repository.bare).href;
    execFileSync('git', ['clone', '-q', '--bare', '--depth=1', '--branch=feature/x', url, shallow]);
    expect(titles(await sync(shallow))).toEqual(['on the branch']);
  });

  it('comes over HTTP, from servers that filter, that do not, and that only serve files', async () => {
    for (let n = 0; n < 3; n++) repository.push(`change ${n}`);
    const smart = await serveGit(folder);
    const id = repository.git('rev-parse', 'HEAD').trim();
    try {
      const outcome = await sync(`${smart.url}/repo.git`, { files: false, history: 2 });
      expect(outcome.documents[0]?.uri).toBe(`${smart.url}/repo/commit/${id}`);
      expect(titles(outcome)).toEqual(['change 2', 'change 1']);
      execFileSync('git', ['--git-dir', repository.bare, 'config', 'uploadpack.allowFilter', 'true']);
      await rm(path.join(folder, 'cache'), { recursive: true });
      await sync(`${smart.url}/repo.git`, { files: false, history: 2 });
      expect(await cachedKinds()).toEqual(new Set(['commit']));
    } finally {
      await smart.close();
    }
  });

  it('comes from a plain file server, which can only give all of it', async () => {
    for (let n = 0; n < 3; n++) repository.push(`change ${n}`);
    repository.git('--git-dir', repository.bare, 'repack', '-q', '-a', '-d');
    repository.git('--git-dir', repository.bare, 'update-server-info');
    const plain = await serve((request, response) => {
      readFile(path.join(folder, new URL(request.url ?? '/', 'http://loopback').pathname)).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      );
    });
    try {
      expect(titles(await sync(`${plain.url}/repo.git`, { files: false, history: 2 }))).toEqual([
        'change 2',
        'change 1',
      ]);
    } finally {
      await plain.close();
    }
  });

  it('keeps the files, and the commits of before, when only the history cannot be fetched', async () => {
    repository.push('first');
    let lists = 0;
    const server = await serveGit(folder, (request) => /info\/refs/.test(request.url ?? '') && ++lists > 2);
    try {
      const outcome = await sync(`${server.url}/repo.git`, { history: 10 });
      expect(outcome.documents.map((document) => document.uri)).toEqual([`${server.url}/repo.git#main:a.md`]);
      expect(outcome.unreadable.map(({ prefix, error }) => [prefix, error.code])).toEqual([
        [`${server.url}/repo/commit/`, 'GITHUB_UNAUTHORIZED'],
      ]);
      expect(outcome.isComplete).toBe(true);
      await expect(sync(`${server.url}/repo.git`)).rejects.toMatchObject({ code: 'GITHUB_UNAUTHORIZED' });
    } finally {
      await server.close();
    }
  });

  it.each([-1, 1.5, 20_001, '10'])('refuses %p commits', async (history) => {
    await expect(adapter().resolve('o/r', { history })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
