import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/core/types.js';
import { createGithubAdapter } from '../../../src/extract/github/github-adapter.js';
import { licencesOf, OWN_LICENCES, STATED_LICENCES } from '../../support/licensed-packages.js';
import { collectSync, remember, type SyncMemory, type SyncOutcome } from '../collect-sync.js';
import { serve, serveGit, TestRepository } from './git-repositories.js';

let folder = '';
let repository: TestRepository;
function adapter(more: { token?: string; apiUrl?: string } = {}) {
  return createGithubAdapter({
    cacheDirectory: path.join(folder, 'cache'),
    folder,
    apiUrl: 'http://127.0.0.1:1',
    retryDelayMs: 1,
    ...more,
  });
}

async function sync(target: string, options: JsonObject = {}, memory: SyncMemory = {}): Promise<SyncOutcome> {
  const github = adapter();
  return await collectSync(github, await github.resolve(target, options), memory);
}

function pathsOf(outcome: SyncOutcome): string[] {
  return outcome.documents.map((document) => String(document.metadata['path']));
}

function names(uris: readonly string[] | undefined): string[] {
  return (uris ?? []).map((uri) => decodeURIComponent(uri.split(':').at(-1) ?? ''));
}

describe('files of a repository', () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'quarry-git-'));
    repository = TestRepository.create(folder);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('reads a bare repository on disk with licence, commit and stable uris', async () => {
    await repository.put('LICENSE', 'Apache License\n Version 2.0, January 2004\n');
    await repository.put('docs/guide one.md', '# Guide\n\ntext');
    await repository.put('src/a.py', 'def f():\n    return 1\n');
    const commit = repository.push();
    const outcome = await sync(repository.bare);
    expect(pathsOf(outcome)).toEqual(['LICENSE', 'docs/guide one.md', 'src/a.py']);
    expect(outcome.documents[1]).toMatchObject({
      uri: `${pathToFileURL(repository.bare).href}#main:docs/guide%20one.md`,
      title: 'Guide',
      licence: 'Apache-2.0',
      metadata: { ref: 'main', commit, path: 'docs/guide one.md' },
    });
    expect(outcome.expected).toBe(3);
    expect(outcome.state).toEqual({ commit });
  });

  it('reads what git keeps in UTF-8 for a working tree in another encoding', async () => {
    const page = '<meta charset=Shift_JIS><p>\u6f6e\u306e\u8868';
    await repository.put(
      '.gitattributes',
      '*.html working-tree-encoding=SHIFT-JIS\nplain.html -working-tree-encoding\n*.txt working-tree-encoding=UTF-16LE-BOM\n',
    );
    const jis = Buffer.from('3c6d65746120636861727365743d53686966745f4a49533e3c703e92aa82cc955c', 'hex');
    const wide = Buffer.from('\ufeff# coding: latin-1\n\u6f6e', 'utf16le');
    await repository.put('sj.html', jis);
    await repository.put('docs/sj.html', jis);
    await repository.put('plain.html', jis);
    await repository.put('wide.txt', wide);
    repository.push();
    expect(repository.git('show', 'HEAD:sj.html')).toBe(page);
    const { documents } = await sync(repository.bare);
    const texts = Object.fromEntries(documents.map(({ metadata, text }) => [String(metadata['path']), text]));
    expect(texts).toEqual({
      'sj.html': '\u6f6e\u306e\u8868',
      'docs/sj.html': '\u6f6e\u306e\u8868',
      'plain.html': '\u6f6e\u306e\u8868',
      'wide.txt': '# coding: latin-1\n\u6f6e',
    });
  });

  it('knows the licence of a package inside by its own file, and of one that it cannot tell that it cannot', async () => {
    for (const [file, text] of Object.entries(OWN_LICENCES.files)) await repository.put(file, text);
    repository.push();
    expect(licencesOf((await sync(repository.bare)).documents)).toMatchObject(OWN_LICENCES.licences);
  });

  it('knows the licence that a package states in its manifest, where no licence file stands beside it', async () => {
    for (const [file, text] of Object.entries(STATED_LICENCES.files)) await repository.put(file, text);
    repository.push();
    expect(licencesOf((await sync(repository.bare)).documents)).toMatchObject(STATED_LICENCES.licences);
  });

  it('gives files of a repository on GitHub their page addresses', async () => {
    const owned = TestRepository.create(folder, 'Owner/Repo');
    await owned.put('a b.md', '# A');
    owned.push();
    const server = await serveGit(folder);
    try {
      const github = adapter({ apiUrl: server.url });
      const spec = await github.resolve('Owner/Repo', {});
      expect(spec).toMatchObject({ uri: `${server.url}/owner/repo`, label: 'Owner/Repo', kind: 'github' });
      const [document] = (await collectSync(github, spec)).documents;
      expect(document?.uri).toBe(`${server.url}/Owner/Repo/blob/main/a%20b.md`);
      expect(document?.metadata['repository']).toBe('Owner/Repo');
    } finally {
      await server.close();
    }
  });

  it('cites a mirror as what it is, and asks nobody for the licence of the repository that was named', async () => {
    await repository.put('a b.md', '# A');
    const commit = repository.push();
    const api = await serve((_request, response) => response.end(JSON.stringify({ license: { spdx_id: 'MIT' } })));
    try {
      const github = adapter({ apiUrl: api.url });
      const spec = await github.resolve('Owner/Repo', { gitUrl: repository.bare, history: 3, wiki: true });
      const mirror = pathToFileURL(repository.bare).href;
      expect(spec).toMatchObject({ uri: mirror, label: 'repo' });
      const outcome = await collectSync(github, spec);
      expect(outcome.documents.map(({ uri }) => uri)).toEqual([
        `${mirror}#main:a%20b.md`,
        `${mirror}#commit/${commit}`,
      ]);
      for (const document of outcome.documents) {
        expect(document).toMatchObject({ licence: '', metadata: { repository: mirror } });
        expect(JSON.stringify(document)).not.toMatch(/Owner/i);
      }
      expect(outcome.unreadable.map(({ prefix }) => prefix)).toEqual([`${mirror.replace(/\.git$/, '')}.wiki.git#`]);
      expect(api.seen).toEqual([]);
    } finally {
      await api.close();
    }
  });

  it.each(['git@github.com:owner/repo.git', 'https://github.com/Owner/Repo', 'ssh://git@github.com/owner/repo.git'])(
    'takes %s for the repository itself',
    async (gitUrl) => {
      const github = createGithubAdapter({ cacheDirectory: folder });
      expect(await github.resolve('Owner/Repo', { gitUrl })).toMatchObject({ uri: 'owner/repo', label: 'Owner/Repo' });
    },
  );

  it.each([
    'https://github.com/owner/other.git',
    'ssh://git@github.com:2222/owner/repo.git',
    'https://github.com.evil.example/owner/repo.git',
  ])('takes %s for another repository', async (gitUrl) => {
    const github = createGithubAdapter({ cacheDirectory: folder });
    const spec = await github.resolve('Owner/Repo', { gitUrl });
    expect(spec.uri).not.toBe('owner/repo');
    expect(spec.label).not.toBe('Owner/Repo');
  });

  it.each([{ owner: 'x' }, { repository: 'x' }, { webUrl: 'https://x.example' }])(
    'lets nobody give what it finds out itself: %j',
    async (options) => {
      await expect(adapter().resolve('owner/repo', options)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );

  it('skips links, submodules, LFS pointers, generated, hidden and binary files, and counts them', async () => {
    const other = TestRepository.create(folder, 'other');
    await other.put('x.md', 'x');
    other.push();
    await repository.put('keep.md', '# Keep');
    await symlink('/etc/passwd', path.join(repository.folder, 'passwd.md'));
    await repository.put('model.txt', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n');
    await repository.put(
      '.gitattributes',
      'gen/*.ts linguist-generated=true\ngen/own.ts -linguist-generated\nlibs/** linguist-vendored\n',
    );
    await repository.put('gen/api.ts', 'export const a = 1;');
    await repository.put('gen/own.ts', 'export const b = 1;');
    await repository.put('libs/deep/x.js', 'let x;');
    await repository.put('node_modules/y/z.md', 'z');
    await repository.put('.quarryignore', 'drafts/\n');
    await repository.put('drafts/d.md', 'd');
    await repository.put('.gitignore', 'tracked.md\n');
    await repository.put('tracked.md', 'tracked in spite of the rule');
    await repository.put('.github/hidden.md', 'h');
    await repository.put('data.md', Uint8Array.of(0, 1, 2, 3, 0, 255));
    await repository.put('big.md', 'x'.repeat(2000));
    await repository.put('empty.md', '');
    repository.git('submodule', 'add', '-q', other.bare, 'sub');
    repository.push();
    const outcome = await sync(repository.bare, { maxFileBytes: 1000 });
    expect(pathsOf(outcome)).toEqual(['gen/own.ts', 'keep.md', 'tracked.md']);
    expect(names(outcome.skipped['symlink'])).toEqual(['passwd.md']);
    expect(names(outcome.skipped['unsupported']).sort()).toEqual(['model.txt', 'sub']);
    expect(names(outcome.skipped['ignored']).sort()).toEqual([
      'drafts/d.md',
      'gen/api.ts',
      'libs/deep/x.js',
      'node_modules/y/z.md',
    ]);
    expect(names(outcome.skipped['hidden']).sort()).toEqual([
      '.gitattributes',
      '.github/hidden.md',
      '.gitignore',
      '.gitmodules',
      '.quarryignore',
    ]);
    expect(names(outcome.skipped['binary'])).toEqual(['data.md']);
    expect(names(outcome.skipped['too-large'])).toEqual(['big.md']);
    expect(names(outcome.skipped['empty'])).toEqual(['empty.md']);
    expect(pathsOf(await sync(repository.bare, { skipGenerated: false }))).toContain('gen/api.ts');
  });

  it('reads only changed files again and no longer sees deleted ones', async () => {
    for (const name of ['a.md', 'b.md', 'c.md']) await repository.put(name, `# ${name}`);
    repository.push();
    const first = await sync(repository.bare);
    const known = remember(first);
    await repository.put('b.md', '# changed');
    repository.git('rm', '-q', 'c.md');
    await repository.put('d.md', '# d');
    repository.push();
    const second = await sync(repository.bare, {}, { known, state: first.state });
    expect(names(second.unchanged)).toEqual(['a.md']);
    expect(pathsOf(second)).toEqual(['b.md', 'd.md']);
    const third = await sync(repository.bare, {}, { known: remember(second, known), state: second.state });
    expect(third.documents).toEqual([]);
    expect(names(third.unchanged)).toEqual(['a.md', 'b.md', 'd.md']);
    expect(pathsOf(await sync(repository.bare, {}, { known, full: true }))).toEqual(['a.md', 'b.md', 'd.md']);
  });

  it('follows a force-push and survives a damaged cache', async () => {
    await repository.put('a.md', '# one');
    repository.push();
    await sync(repository.bare);
    repository.git('checkout', '-q', '--orphan', 'fresh');
    repository.git('branch', '-D', 'main');
    repository.git('branch', '-m', 'main');
    await repository.put('a.md', '# two');
    repository.push('again', '--force');
    expect((await sync(repository.bare)).documents[0]?.title).toBe('two');
    const [cache = ''] = await readdir(path.join(folder, 'cache'));
    await writeFile(path.join(folder, 'cache', cache, 'shallow.lock'), '');
    await repository.put('a.md', '# three');
    repository.push();
    expect((await sync(repository.bare)).documents[0]?.title).toBe('three');
    await writeFile(path.join(folder, 'cache', cache, 'HEAD'), 'nonsense');
    expect((await sync(repository.bare)).documents[0]?.title).toBe('three');
  });

  it('reads branches, tags, commits and folders, also branches with slashes', async () => {
    await repository.put('docs/a.md', '# main');
    await repository.put('b.md', '# b');
    const commit = repository.push();
    repository.git('tag', '-a', 'v1', '-m', 'one');
    repository.git('push', '-q', 'origin', 'v1');
    repository.git('checkout', '-q', '-b', 'feature/x');
    await repository.put('docs/a.md', '# feature');
    repository.push();
    expect((await sync(`${repository.bare}#feature/x:docs`)).documents.map((document) => document.title)).toEqual([
      'feature',
    ]);
    expect((await sync(`${repository.bare}#v1`)).documents.map((document) => document.title)).toEqual(['b', 'main']);
    expect(pathsOf(await sync(`${repository.bare}#main:docs/a.md`))).toEqual(['docs/a.md']);
    expect((await sync(`${repository.bare}#${commit}`)).documents).toHaveLength(2);
    const server = await serveGit(folder);
    try {
      const github = adapter({ apiUrl: server.url });
      const spec = await github.resolve(`${server.url}/o/r/tree/feature/x/docs`, { gitUrl: repository.bare });
      expect((await collectSync(github, spec)).documents.map((document) => document.title)).toEqual(['feature']);
    } finally {
      await server.close();
    }
  });

  it('never prunes when the branch, the folder or the remote is gone', async () => {
    await repository.put('docs/a.md', '# a');
    repository.push();
    const github = adapter();
    const branch = await github.resolve(`${repository.bare}#gone`, {});
    await expect(collectSync(github, branch)).rejects.toMatchObject({
      code: 'GIT_FAILED',
      hint: expect.stringContaining('main'),
    });
    const inside = await github.resolve(`${repository.bare}#main:nowhere`, {});
    await expect(collectSync(github, inside)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    const whole = await github.resolve(repository.bare, {});
    await rm(repository.bare, { recursive: true });
    await expect(collectSync(github, whole)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    const remote = await github.resolve('http://127.0.0.1:1/x.git', {});
    await expect(collectSync(github, remote)).rejects.toMatchObject({ code: 'GIT_FAILED', hint: expect.any(String) });
  });

  it('takes an empty repository for empty', async () => {
    const outcome = await sync(repository.bare);
    expect(outcome.documents).toEqual([]);
    expect(outcome.isComplete).toBe(true);
  });

  it('reads over HTTP and sends the token to its own host only', async () => {
    await repository.put('a.md', '# over http');
    repository.push();
    const server = await serveGit(folder);
    const other = await serveGit(folder);
    try {
      const github = adapter({ token: 'sekret-token', apiUrl: server.url });
      const own = await collectSync(github, await github.resolve(`${server.url}/repo.git#main`, {}));
      expect(own.documents[0]?.title).toBe('over http');
      const foreign = await collectSync(github, await github.resolve(`${other.url}/repo.git`, {}));
      expect(foreign.documents[0]?.title).toBe('over http');
      expect(server.seen.some((request) => request.headers.authorization?.startsWith('Basic '))).toBe(true);
      expect(other.seen.every((request) => request.headers.authorization === undefined)).toBe(true);
      expect(JSON.stringify(own.items)).not.toContain('sekret');
      const missing = await github.resolve(`${server.url}/absent.git`, {});
      const failure = await collectSync(github, missing).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'QuarryError' });
      expect(String(failure)).not.toContain('sekret');
    } finally {
      await server.close();
      await other.close();
    }
  });

  it('reads a public repository although the token is refused, and says so of a private one', async () => {
    await repository.put('a.md', '# public');
    repository.push();
    const open = await serveGit(folder, (request) => request.headers.authorization !== undefined);
    const shut = await serveGit(folder, () => true);
    try {
      const github = adapter({ token: 'stale', apiUrl: open.url });
      expect((await collectSync(github, await github.resolve(`${open.url}/repo.git`, {}))).documents[0]?.title).toBe(
        'public',
      );
      const locked = adapter({ token: 'stale', apiUrl: shut.url });
      await expect(collectSync(locked, await locked.resolve(`${shut.url}/repo.git`, {}))).rejects.toMatchObject({
        code: 'GITHUB_UNAUTHORIZED',
        hint: expect.stringContaining('QUARRY_GITHUB_TOKEN'),
      });
    } finally {
      await open.close();
      await shut.close();
    }
  });

  it('reads from a plain file server', async () => {
    await repository.put('a.md', '# plain');
    repository.push();
    execFileSync('git', ['--git-dir', repository.bare, 'update-server-info']);
    const server = await serve((request, response) => {
      const file = path.join(folder, new URL(request.url ?? '/', 'http://loopback').pathname);
      readFile(file).then(
        (content) => response.end(content),
        () => {
          response.statusCode = 404;
          response.end();
        },
      );
    });
    try {
      const outcome = await sync(`${server.url}/repo.git`);
      expect(outcome.documents[0]).toMatchObject({ title: 'plain', uri: `${server.url}/repo.git#main:a.md` });
    } finally {
      await server.close();
    }
  });

  it('refuses remotes on private addresses where it is told to, the configured server aside', async () => {
    await repository.put('a.md', '# inside');
    repository.push();
    const server = await serveGit(folder);
    try {
      const strict = adapter();
      const remote = { mayRead: async () => true, allowPrivateNetwork: false };
      for (const target of [
        `${server.url}/repo.git`,
        'http://[::1]/x/y.git',
        'http://2130706433/x/y.git',
        'https://169.254.169.254/x/y.git',
        'ssh://git@10.0.0.1/x/y.git',
        'git@10.0.0.1:x/y.git',
        'git+ssh://git@192.168.1.1/x/y.git',
        'git://localhost/x/y.git',
        'ssh://git@2130706433/x/y.git',
        'git://0x7f.1/x/y.git',
      ]) {
        const refusal = { code: 'URL_BLOCKED', hint: expect.any(String) };
        const known = await strict.resolve(target, {});
        await expect(collectSync(strict, known, { allowPrivateNetwork: false })).rejects.toMatchObject(refusal);
        if (!/2130706433\/x|0x7f/.test(target) || target.startsWith('http'))
          await expect(strict.resolve(target, {}, remote)).rejects.toMatchObject(refusal);
      }
      expect(server.seen).toEqual([]);
      const own = adapter({ apiUrl: server.url });
      const near = await own.resolve(`${server.url}/repo.git`, {}, remote);
      expect((await collectSync(own, near, { allowPrivateNetwork: false })).documents).toHaveLength(1);
      const local = await strict.resolve(repository.bare, {}, remote);
      expect((await collectSync(strict, local, { allowPrivateNetwork: false })).documents).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['a page of one line', 'text/html', '<html><body>Please log in</body></html>'],
    ['a page of many lines', 'text/html', '<html>\n<body>\nPlease log in\n</body>\n</html>\n'],
    ['nothing', 'text/plain', ''],
  ])('fails with a reason when the address answers with %s', async (_name, type, body) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    });
    try {
      await expect(sync(`${server.url}/x.git`)).rejects.toMatchObject({
        code: 'GIT_FAILED',
        hint: expect.any(String),
      });
      await expect(sync(`${server.url}/x.git`, { files: false, history: 3 })).rejects.toMatchObject({
        code: 'GIT_FAILED',
      });
    } finally {
      await server.close();
    }
  });

  it('fails when the address leads to a login page', async () => {
    const server = await serve((request, response) => {
      if (request.url?.startsWith('/login') === true) response.end('<html>Log in</html>');
      else response.writeHead(302, { location: '/login' }).end();
    });
    try {
      await expect(sync(`${server.url}/x.git`)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    } finally {
      await server.close();
    }
  });

  it('takes a repository without commits for what it is, from a smart server and from a plain one', async () => {
    const smart = await serveGit(folder);
    const plain = await serve((request, response) => {
      const isHead = request.url?.endsWith('/HEAD') === true;
      response.writeHead(isHead || request.url?.includes('info/refs') === true ? 200 : 404);
      response.end(isHead ? 'ref: refs/heads/main\n' : '');
    });
    try {
      for (const server of [smart, plain]) {
        const outcome = await sync(`${server.url}/repo.git`);
        expect([outcome.documents, outcome.isComplete]).toEqual([[], true]);
      }
    } finally {
      await Promise.all([smart.close(), plain.close()]);
    }
  });

  it('reads the wiki, and goes on when there is none', async () => {
    await repository.put('a.md', '# a');
    repository.push();
    const without = await sync(repository.bare, { wiki: true });
    expect(pathsOf(without)).toEqual(['a.md']);
    expect(without.unreadable).toHaveLength(1);
    expect(without.isComplete).toBe(true);
    const wiki = TestRepository.create(folder, 'repo.wiki');
    await wiki.put('Home.md', '# Home');
    wiki.push();
    expect(pathsOf(await sync(repository.bare, { wiki: true }))).toEqual(['a.md', 'Home.md']);
  });

  it('runs no hook, no filter and nothing else that a repository brings', async () => {
    const mark = path.join(folder, 'ran');
    await repository.put('.gitattributes', '*.md filter=evil diff=evil\n');
    await repository.put('a.md', '# a');
    repository.push();
    for (const hook of ['post-checkout', 'pre-receive', 'reference-transaction', 'post-merge']) {
      await writeFile(path.join(repository.bare, 'hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    execFileSync('git', ['--git-dir', repository.bare, 'config', 'filter.evil.smudge', `touch ${mark}`]);
    execFileSync('git', ['--git-dir', repository.bare, 'config', 'core.fsmonitor', `touch ${mark}`]);
    expect(pathsOf(await sync(repository.bare))).toEqual(['a.md']);
    expect(await readdir(folder)).not.toContain('ran');
  });

  it('reads file names with odd characters', async () => {
    const odd = ['100%.md', 'a#b.md', 'a?b.md', 'q"uote.md', 'new\nline.md', '-dash.md', 'ünï.md', 'tab\t.md'];
    for (const name of odd) await repository.put(name, `# ${name.charCodeAt(0)}`);
    repository.push();
    const outcome = await sync(repository.bare);
    expect(pathsOf(outcome).sort()).toEqual([...odd].sort());
    expect(new Set(outcome.documents.map((document) => document.uri)).size).toBe(odd.length);
  });

  it('stops a fetch that hangs as soon as it is cancelled', async () => {
    const silent = await serve(() => undefined);
    try {
      const github = adapter();
      const spec = await github.resolve(`${silent.url}/x.git`, {});
      const controller = new AbortController();
      const running = collectSync(github, spec, { signal: controller.signal });
      const settled = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      await new Promise<void>((resolve) => {
        const look = setInterval(() => {
          if (silent.seen.length === 0) return;
          clearInterval(look);
          resolve();
        }, 5);
      });
      controller.abort();
      await settled;
    } finally {
      await silent.close();
    }
  });

  it('starts nothing once cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(sync(repository.bare, {}, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('targets', () => {
  const github = createGithubAdapter({ cacheDirectory: '/nowhere', folder: '/nowhere' });

  it.each([
    ['owner/repo', 'owner/repo', 'https://github.com/owner/repo.git'],
    ['Owner/Repo.git', 'owner/repo', 'https://github.com/Owner/Repo.git'],
    ['owner/repo@v1.2:docs/api', 'owner/repo@v1.2:docs/api', 'https://github.com/owner/repo.git'],
    ['owner/repo:docs', 'owner/repo:docs', 'https://github.com/owner/repo.git'],
    ['https://github.com/owner/repo', 'owner/repo', 'https://github.com/owner/repo.git'],
    ['https://github.com/owner/repo.git', 'owner/repo', 'https://github.com/owner/repo.git'],
    [
      'https://www.github.com/owner/repo/tree/dev/docs%20x',
      'owner/repo@dev:docs x',
      'https://github.com/owner/repo.git',
    ],
    ['https://github.com/owner/repo/blob/main/a.md#L3', 'owner/repo@main:a.md', 'https://github.com/owner/repo.git'],
    ['https://github.com/owner/repo/actions', 'owner/repo', 'https://github.com/owner/repo.git'],
    ['https://gitlab.com/a/b/c.git', 'https://gitlab.com/a/b/c.git', 'https://gitlab.com/a/b/c.git'],
    ['https://gitlab.com/a/b.git#dev:docs', 'https://gitlab.com/a/b.git#dev:docs', 'https://gitlab.com/a/b.git'],
    ['https://gitlab.com/a/b.git@dev:docs', 'https://gitlab.com/a/b.git#dev:docs', 'https://gitlab.com/a/b.git'],
    ['git@host.org:a/b.git', 'ssh://git@host.org/a/b.git', 'ssh://git@host.org/a/b.git'],
    ['ssh://git@host.org:22/a/b.git', 'ssh://git@host.org:22/a/b.git', 'ssh://git@host.org:22/a/b.git'],
  ])('understands %s', async (target, uri, gitUrl) => {
    const spec = await github.resolve(target, {});
    expect(spec.uri).toBe(uri);
    expect(spec.options['gitUrl']).toBe(gitUrl);
  });

  it('takes the address of issues, pull requests or the wiki for just those', async () => {
    const options = async (page: string, more: JsonObject = {}): Promise<unknown> => {
      const spec = await github.resolve(`https://github.com/o/r/${page}`, more);
      const { files, issues, pullRequests, wiki } = spec.options;
      return { uri: spec.uri, files, issues, pullRequests, wiki };
    };
    expect(await options('issues')).toEqual({
      uri: 'o/r/issues',
      files: false,
      issues: true,
      pullRequests: false,
      wiki: false,
    });
    expect(await options('pulls', { issues: true })).toEqual({
      uri: 'o/r/pulls',
      files: false,
      issues: true,
      pullRequests: true,
      wiki: false,
    });
    expect(await options('wiki')).toEqual({
      uri: 'o/r/wiki',
      files: false,
      issues: false,
      pullRequests: false,
      wiki: true,
    });
  });

  it('knows an Enterprise server by its API address', async () => {
    const enterprise = createGithubAdapter({ cacheDirectory: '/nowhere', apiUrl: 'https://ghe.corp/api/v3' });
    expect(await enterprise.resolve('https://ghe.corp/team/app/tree/main/docs', {})).toMatchObject({
      uri: 'https://ghe.corp/team/app@main:docs',
      options: { owner: 'team', gitUrl: 'https://ghe.corp/team/app.git' },
    });
  });

  it.each([
    '',
    '   ',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=x/y',
    'ext::sh -c touch% /tmp/x',
    'fd::17/foo',
    'ftp://host/x.git',
    'https://user:password@github.com/o/r',
    'https://token@host/x.git',
    'ssh://-oProxyCommand=x/y.git',
    'owner/repo@-x',
    'owner/repo@a b',
    'owner/repo@a..b:../..',
    'owner/repo:../../etc',
    'owner/..',
    'a\0b/c',
    'file:///%zz',
    'just-a-word',
  ])('refuses %j with a hint', async (target) => {
    await expect(github.resolve(target, {})).rejects.toMatchObject({ code: 'INPUT_INVALID', hint: expect.any(String) });
  });

  it.each([
    [{ ref: '--exec=x' }],
    [{ gitUrl: 'ext::sh -c x' }],
    [{ gitUrl: '--upload-pack=x' }],
    [{ nope: 1 }],
    [{ maxIssues: 0 }],
    [{ path: 7 }],
  ])('refuses the options %j', async (options) => {
    await expect(github.resolve('owner/repo', options)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      hint: expect.any(String),
    });
  });

  it('says when a path holds no repository', async () => {
    await expect(github.resolve('/nowhere/at/all.git', {})).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(github.resolve('file:///nowhere/at/all.git', {})).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  });
});
